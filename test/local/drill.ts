import { mkdirSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { readStages } from '../../infra/stage/cdk-json.ts';
import { runbookSection } from '../../infra/stage/runbooks.ts';
import { parseStage } from '../../infra/stage/settings.ts';
import { type Drill, type DrillName, drillPassword, drills } from './drills.ts';
import { sandboxCredentials } from './enkash-sandbox.ts';
import type { Stage } from './stage.ts';
import { localPartner } from './stage-callers.ts';
import { readAccount } from './stage-client.ts';
import { StageSettingsError } from './stage-settings.ts';

const root = join(import.meta.dirname, '..', '..');
const folder = join(root, '.build', 'drill');
/** The partner's secret, which the stage follows; and what EnKash issued. */
const secretFile = join(folder, 'secret.json');
const newSecretFile = join(folder, 'new-secret.json');

/** A caller of the drill reads this often. */
const EVERY_MS = 3000;

/**
 * Gives the stage a secret that the operator can save by copying a file.
 * @throws StageSettingsError for another EnKash than the sandbox
 */
export function prepareDrill(env: NodeJS.ProcessEnv): void {
  if (env.ENKASH_API_URL || env.ENKASH_TOKEN_URL || env.ENKASH_SECRET_FILE)
    throw new StageSettingsError('--drill plays with the sandbox alone: unset the ENKASH_… variables');
  mkdirSync(folder, { recursive: true });
  write(secretFile, sandboxCredentials);
  write(newSecretFile, { ...sandboxCredentials, password: drillPassword });
  env.ENKASH_SECRET_FILE = secretFile;
}

const write = (file: string, secret: object) =>
  writeFileSync(file, `${JSON.stringify(secret, null, 2)}\n`, { mode: 0o600 });

/**
 * Breaks the sandbox, shows the alarm and its runbook, and waits until a caller's read is answered again.
 * @returns whether the outage was mended and the account was never locked
 */
export async function playDrill(
  name: DrillName,
  stage: Stage,
  print: (text: string) => void,
  stopped: Promise<unknown>,
): Promise<boolean> {
  const { sandbox } = stage;
  if (!sandbox) return false;
  const drill: Drill = drills[name];
  const started = Date.now();
  drill.begin(sandbox);
  let rang = false;
  for (;;) {
    const { status } = await readAccount(stage);
    if (!rang && status !== 200 && drill.rings(sandbox.stats())) {
      rang = true;
      print(await scene(drill, sandbox.url));
    }
    const over = await Promise.race([stopped.then(() => true), wait(EVERY_MS, false)]);
    if (over) return false;
    const { lockOuts } = sandbox.stats();
    if (lockOuts > 0) {
      print(
        '\nEnKash locked the account: that was the third refused login in a row. The drill is over; begin it anew.',
      );
      return false;
    }
    if (!rang || status !== 200) continue;
    const seconds = Math.round((Date.now() - started) / 1000);
    print(`\nMended after ${seconds} s: the caller reads the account again, and EnKash never locked it.`);
    return true;
  }
}

/** The mail that would have come, the runbook of its alarm, and what stands in for EnKash and for the AWS console. */
async function scene({ alarm, answer, mend }: Drill, sandboxUrl: string): Promise<string> {
  const { partnerAlarms } = await import('../../infra/constructs/partner-alarms.ts');
  // Alarms differ between stages by their names and numbers alone.
  const settings = { ...parseStage(readStages(), 'uat'), stage: 'local' };
  const spec = partnerAlarms(settings, localPartner).find(({ id }) => id === alarm);
  const line = '─'.repeat(78);
  return [
    '',
    line,
    `It is three at night. ALARM ${alarm}: ${spec?.title}`,
    `Impact: ${spec?.impact}`,
    `Do first: ${spec?.doFirst}`,
    `Runbook: infra/commands/RUNBOOKS.md#${alarm}`,
    line,
    runbookSection(alarm, { stage: 'local', name: localPartner }),
    line,
    'Work through it in another terminal.',
    `When you ask EnKash, it says: ${answer}`,
    ...mend({ sandboxUrl, from: here(newSecretFile), to: here(secretFile) }).map((text) => `  ${text}`),
    `A caller reads every ${EVERY_MS / 1000} s. This ends by itself once it is answered.`,
    line,
  ].join('\n');
}

const here = (file: string) => relative(process.cwd(), file);
