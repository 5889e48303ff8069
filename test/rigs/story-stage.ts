import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { readAccount, type StageAnswer } from '../local/stage-client.ts';
import { type Ran, startOperatedStage } from './operator.ts';

/** EnKash's own count in a sandbox, the severest reading of its pages. */
export type Counts = {
  readonly logins: number;
  readonly refused: number;
  readonly lockOuts: number;
  readonly maxLoginsInFlight: number;
};

/** What was said that should not have been, or was not done. */
export type Ending = { readonly counts: Counts; readonly broken: readonly string[] };

const secretId = 'enkash/local-partner';
/** Callers never rest: whatever the gate would send by itself, it sends. */
const EVERY_MS = 500;

/** A local stage whose callers go on reading, an EnKash that counts, and an operator with the real commands. */
export async function startStory() {
  const operated = await startOperatedStage();
  const { sandbox, stage } = operated;
  const broken: string[] = [];
  let last: StageAnswer | undefined;
  let isOver = false;
  const callers = (async () => {
    while (!isOver) {
      last = await readAccount(stage).catch(() => undefined);
      await wait(EVERY_MS);
    }
  })();

  const secretOf = (changes: object) => JSON.stringify({ ...sandbox.credentials, ...changes });
  const counts = (): Counts => {
    const { logins, refused, lockOuts, maxLoginsInFlight } = sandbox.stats();
    return { logins, refused, lockOuts, maxLoginsInFlight };
  };

  function expect(holds: boolean, what: string): void {
    if (!holds) broken.push(what);
  }

  return {
    sandbox,
    stage,
    counts,
    expect,
    /** Saves a secret as the current version, as an operator does in the console. */
    save: (changes: object) => void stage.aws.secretsManager?.put(secretId, secretOf(changes)),
    file(changes: object): string {
      const file = join(operated.folder, 'secret.json');
      writeFileSync(file, secretOf(changes));
      return file;
    },
    /** A command as a process of its own; its words must hold these. */
    async run(words: RegExp, name: string, ...args: string[]): Promise<Ran> {
      const ran = await operated.run(name, ...args);
      expect(words.test(ran.output), `${name} ${args.join(' ')} said: ${ran.output.slice(0, 200)}`);
      return ran;
    },
    /** Waits until something is so; the callers go on meanwhile. */
    async until(what: string, holds: () => boolean, seconds = 40): Promise<void> {
      const end = Date.now() + seconds * 1000;
      while (!holds() && Date.now() < end) await wait(50);
      expect(holds(), `not within ${seconds} s: ${what}`);
    },
    /** Every caller is answered. */
    isWell: () => last?.status === 200,
    reason: () => last?.reason,
    /** EnKash changed the password, and every token ended with it. */
    changePassword(password: string): void {
      sandbox.setPassword(password);
      sandbox.revokeTokens();
    },
    /** Gives the gate time to send whatever it would, and ends. */
    async end(seconds = 25): Promise<Ending> {
      await wait(seconds * 1000);
      isOver = true;
      await callers;
      const ended = counts();
      await operated.close();
      if (ended.lockOuts > 0) broken.push('EnKash locked the user');
      if (ended.maxLoginsInFlight > 1) broken.push('two logins in flight');
      return { counts: ended, broken };
    },
  };
}
export type Story = Awaited<ReturnType<typeof startStory>>;

/** Callers are answered, then the password changes at EnKash, and the secret is refused: one failure stands. */
export async function refusedOnce(): Promise<Story> {
  const story = await startStory();
  await story.until('a first answer', story.isWell);
  story.changePassword('changed at EnKash');
  await story.until('a refused login', () => story.counts().refused === 1);
  return story;
}

/** And a guess was saved and refused: two failures stand. */
export async function refusedTwice(): Promise<Story> {
  const story = await refusedOnce();
  story.save({ password: 'a guess' });
  await story.until('a refused guess', () => story.counts().refused === 2);
  return story;
}
