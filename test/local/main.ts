import { once } from 'node:events';
import { relative } from 'node:path';
import { playDrill, prepareDrill } from './drill.ts';
import { picture, servingGuide, usualPorts, whatNow } from './guide.ts';
import { writeOperatorFile } from './operator-file.ts';
import { watchAndWait } from './snapshot-demo.ts';
import { type Stage, startStage } from './stage.ts';
import { readAccount, type StageAnswer } from './stage-client.ts';
import { StageSettingsError } from './stage-settings.ts';
import { readStartOptions, type StartOptions, usage } from './start-options.ts';
import { createStory } from './story.ts';

const print = (text: string) => process.stdout.write(`${text}\n`);
const complain = (text: string) => process.stderr.write(`${text}\n`);

const howToOpen = `Nobody has opened the login gate of this EnKash here, so no login was sent.
Ask EnKash whether the user is locked. Then:
  npm start
  npm run gate -- open --stage local    (in another terminal)`;

/** Where the functions' lines go: their story, or with `--verbose`, or for a script, themselves, metrics left out. */
function listener({ verbose, json, once, drill }: StartOptions): (line: string) => void {
  if (verbose || json) return (line) => void (line.startsWith('{"_aws"') || complain(line));
  const story = createStory({ onlyNews: once || drill !== undefined });
  return (line) => {
    const told = story(line);
    if (told !== undefined) complain(told);
  };
}

const describe = ({ url, tokenUrl, callers, accounts }: Stage) => JSON.stringify({ url, tokenUrl, callers, accounts });

function show({ url, status, body }: StageAnswer): void {
  print(`\nGET ${url}\n${status}\n${JSON.stringify(body, null, 2)}\n`);
}

async function showSnapshots(stage: Stage, { body }: StageAnswer): Promise<boolean> {
  const shown = await watchAndWait(stage, body);
  if (!shown) {
    complain('The account could not be watched');
    return false;
  }
  print(`\nWatched, with the rule: say so when "available" is below ${shown.below}.`);
  print(`Its snapshots, one each second:\n${JSON.stringify(shown.history, null, 2)}\n`);
  if (shown.event) print(`On the bus:\n${JSON.stringify(shown.event, null, 2)}\n`);
  print(`${picture({ measured: shown.measured, event: shown.event?.detailType ?? 'no event' })}\n`);
  return true;
}

/** The main job, once. @returns whether all of it was shown */
async function demonstrate(stage: Stage, options: StartOptions): Promise<boolean> {
  const answer = await readAccount(stage);
  show(answer);
  if (answer.status !== 200) {
    complain(`The account was not read: ${answer.status} ${answer.code ?? ''}`);
    if (answer.reason === 'never-opened') complain(howToOpen);
    return false;
  }
  return options.once ? showSnapshots(stage, answer) : true;
}

function whyNot(error: unknown): string {
  if (error instanceof StageSettingsError) return error.message;
  if (error instanceof Error && 'code' in error && error.code === 'EADDRINUSE')
    return 'PORT: is taken by another process';
  if (error instanceof Error && 'code' in error && error.code === 'EACCES')
    return 'PORT: this user may not serve there; take 1024 or more';
  throw error;
}

/** A window that is no longer than its period, and a login that needs 5 s of it: with less, no slot could be measured. */
const SHORTEST_PERIOD = 7;

/**
 * Outside `--once`, whose first read has a token for all of it. A script may want a shorter period for as long as its first
 * token lives, so with `--json` it is told; anybody else is refused. Ends the process with the reason.
 */
function requireTimeForLogin({ SNAPSHOT_EVERY_SECONDS: every = '' }: NodeJS.ProcessEnv, { json }: StartOptions): void {
  if (every === '' || !(Number(every) < SHORTEST_PERIOD)) return;
  const reason = 'a login takes up to 5 s of a slot';
  if (json) {
    complain(
      `SNAPSHOT_EVERY_SECONDS: under ${SHORTEST_PERIOD} no slot that begins with a login is measured: ${reason}`,
    );
    return;
  }
  complain(`SNAPSHOT_EVERY_SECONDS: must be at least ${SHORTEST_PERIOD}: ${reason}`);
  process.exit(1);
}

async function start(env: NodeJS.ProcessEnv, options: StartOptions): Promise<Stage> {
  if (options.once) Object.assign(env, { SNAPSHOT_EVERY_SECONDS: '1' });
  else requireTimeForLogin(env, options);
  const ports = options.once || options.json ? {} : { ports: usualPorts };
  try {
    if (options.drill !== undefined) prepareDrill(env);
    return await startStage({ env, forwardTo: options.forwardTo, write: listener(options), ...ports });
  } catch (error) {
    complain(whyNot(error));
    // What had been started by then would keep the process alive.
    process.exit(1);
  }
}

async function serve(stage: Stage, env: NodeJS.ProcessEnv, options: StartOptions, stopped: Promise<unknown>) {
  const operatorFile = writeOperatorFile(stage, options.stageFile);
  if (!options.json) print(servingGuide(stage, relative(process.cwd(), operatorFile.file), env));
  const mended = options.drill === undefined ? undefined : playDrill(options.drill, stage, print, stopped);
  process.exitCode = (await (mended ?? stopped.then(() => true))) ? 0 : 1;
  operatorFile.remove();
  if (!options.json) complain('Stopped.');
}

/** Runs the local stage until it is told to stop, or with `--once` until it has one answer. Sets the exit code. */
async function main(args: readonly string[], env: NodeJS.ProcessEnv): Promise<void> {
  const options = readStartOptions(args);
  if ('wrong' in options) {
    complain(options.wrong);
    process.exitCode = 2;
    return;
  }
  if (options.help) return void print(usage);
  const stopped = Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM')]);
  const stage = await start(env, options);
  if (options.json) print(describe(stage));
  if (!options.json || options.once) process.exitCode = (await demonstrate(stage, options)) ? 0 : 1;
  if (options.once) {
    if (!options.json) print(whatNow(stage));
  } else await serve(stage, env, options, stopped);
  await stage.close();
}

await main(process.argv.slice(2), process.env);
