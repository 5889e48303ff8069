import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { publishedEventSchema } from '../../lib/alerts/published.ts';
import { signedHeaders } from '../../lib/webhooks/sign.ts';
import { testEvent } from '../../lib/webhooks/test-event.ts';
import { listen } from '../local/http-server.ts';
import { watchAndWait } from '../local/snapshot-demo.ts';
import { type Stage, startStage } from '../local/stage.ts';
import { readAccount } from '../local/stage-client.ts';
import type { ProofRow } from './enkash-proof.ts';

const programs = join(import.meta.dirname, 'receivers');
/** The official library as PyPI has it. */
const PYTHON_PACKAGE = 'standardwebhooks==1.1.0';
/** An event comes within two slots, or after the pause of a first attempt that nobody took. */
const PATIENCE_MS = 60_000;

const run = promisify(execFile);

/** A Python of its own that has the library. @returns undefined where there is no Python, or no registry */
async function pythonWithLibrary(folder: string): Promise<string | undefined> {
  const python = join(folder, 'bin', 'python');
  try {
    await run('python3', ['-m', 'venv', folder]);
    await run(python, ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', PYTHON_PACKAGE]);
    return python;
  } catch {
    return undefined;
  }
}

async function freePort(): Promise<number> {
  const listener = await listen(() => {});
  await listener.close();
  return listener.port;
}

type Receiver = { readonly child: ChildProcess; readonly lines: string[] };

function startReceiver(command: string, program: string, env: NodeJS.ProcessEnv): Receiver {
  const child = spawn(command, [join(programs, program)], { env: { PATH: process.env.PATH, ...env } });
  const lines: string[] = [];
  let rest = '';
  child.stdout.on('data', (chunk: Buffer) => {
    const parts = `${rest}${chunk}`.split('\n');
    rest = parts.pop() ?? '';
    lines.push(...parts);
  });
  return { child, lines };
}

async function until(holds: () => boolean): Promise<boolean> {
  for (const end = Date.now() + PATIENCE_MS; Date.now() < end; await sleep(100)) if (holds()) return true;
  return false;
}

/** What is wrong with a receiver that the local stage sends to; nothing, where it is right. */
async function receiverProblems(command: string, program: string): Promise<string[]> {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}/hook`;
  const env: NodeJS.ProcessEnv = { ...process.env, SNAPSHOT_EVERY_SECONDS: '1' };
  const before = { ...process.env };
  Object.assign(process.env, env);
  let stage: Stage | undefined;
  let receiver: Receiver | undefined;
  try {
    stage = await startStage({ env: process.env, forwardTo: url });
    const secret = stage.forwarding?.secret ?? '';
    receiver = startReceiver(command, program, { WEBHOOK_SECRET: secret, PORT: `${port}` });
    const { lines } = receiver;
    if (!(await until(() => lines.length > 0))) return ['the receiver does not start'];
    await watchAndWait(stage, (await readAccount(stage)).body, PATIENCE_MS);
    if (!(await until(() => lines.length > 1))) return ['no event was verified'];
    const { data } = publishedEventSchema.safeParse(JSON.parse(lines[1] ?? ''));
    const now = Date.now();
    const forged = `whsec_${Buffer.from('nobody knows this secret').toString('base64')}`;
    const statuses = [
      await post(url, signedTest(secret, now)),
      await post(url, signedTest(forged, now)),
      await post(url, signedTest(secret, now - 600_000)),
      await post(url, { ...signedTest(secret, now), body: '{}' }),
    ];
    return [
      ...(data?.type === 'balance.low' ? [] : ['another event was verified']),
      ...(`${statuses}` === '204,400,400,400' ? [] : [`right, forged, old, changed: ${statuses}`]),
    ];
  } finally {
    receiver?.child.kill();
    await stage?.close();
    for (const name of Object.keys(process.env)) if (!(name in before)) delete process.env[name];
  }
}

function signedTest(secret: string, now: number) {
  const event = testEvent(now);
  const body = JSON.stringify(event);
  return { body, headers: signedHeaders({ id: event.data.eventId, body }, [secret], now) };
}

async function post(url: string, sent: { body: string; headers: Record<string, string> }): Promise<number> {
  return (await fetch(url, { method: 'POST', ...sent })).status;
}

/** Receivers of a few lines with the official libraries, against the local stage. */
export async function proveReceivers(): Promise<readonly ProofRow[]> {
  const folder = mkdtempSync(join(tmpdir(), 'receivers-'));
  try {
    const python = await pythonWithLibrary(join(folder, 'python'));
    const row = async (name: string, command: string | undefined, program: string): Promise<ProofRow> => {
      const problems = command === undefined ? [] : await receiverProblems(command, program);
      return {
        id: 'receivers',
        figure: `a receiver with the official library of ${name} verifies what the local stage sends, and refuses what is forged, old or changed`,
        required: 'both',
        measured: command === undefined ? 'no Python or no PyPI here' : problems.join('; ') || 'both',
        ok: problems.length === 0,
        ...(command === undefined && { skipped: true }),
      };
    };
    return [await row('npm', process.execPath, 'receiver.mjs'), await row('PyPI', python, 'receiver.py')];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
