import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { writeOperatorFile } from '../local/operator-file.ts';
import { type Stage, startStage } from '../local/stage.ts';

export type Ran = { readonly code: number | null; readonly output: string };

const root = join(import.meta.dirname, '..', '..');

/** Runs an operator's command as a process of its own. */
export function runCommand(name: string, args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<Ran> {
  return new Promise((resolve) => {
    const { PATH } = process.env;
    const child = spawn(process.execPath, [join(root, `infra/commands/${name}.ts`), ...args], {
      cwd: root,
      env: { PATH, ...env },
    });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (output += chunk));
    child.on('close', (code) => resolve({ code, output }));
  });
}

/** A local stage, and the operator beside it. */
export async function startOperatedStage({ forwardTo }: { forwardTo?: string } = {}) {
  const stage: Stage = await startStage({ env: process.env, forwardTo });
  const folder = mkdtempSync(join(tmpdir(), 'operate-'));
  const file = join(folder, 'stage.env');
  writeOperatorFile(stage, file);
  const { sandbox } = stage;
  if (!sandbox) throw new Error('no sandbox');
  return {
    stage,
    sandbox,
    folder,
    file,
    run: (name: string, ...args: string[]) => runCommand(name, [...args, '--stage', 'local', '--stage-file', file]),
    async close(): Promise<void> {
      await stage.close();
      rmSync(folder, { recursive: true });
    },
  };
}
export type OperatedStage = Awaited<ReturnType<typeof startOperatedStage>>;

/** Every text and number inside a JSON value that is long enough to be recognised. */
export function leavesOf(value: unknown): string[] {
  if (typeof value === 'object' && value !== null) return Object.values(value).flatMap(leavesOf);
  return ['string', 'number'].includes(typeof value) ? [String(value)] : [];
}
