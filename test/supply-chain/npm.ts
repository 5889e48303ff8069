import { spawn } from 'node:child_process';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..', '..');

export type NpmRun = { readonly code: number | null; readonly out: string; readonly err: string };

/** Runs npm in the project, for at most `limitMs`. */
export function npm(args: readonly string[], limitMs: number): Promise<NpmRun> {
  return new Promise((resolve) => {
    const child = spawn('npm', args, { cwd: root, stdio: ['ignore', 'pipe', 'pipe'], timeout: limitMs });
    let out = '';
    let err = '';
    child.stdout.on('data', (chunk: Buffer) => {
      out += chunk;
    });
    child.stderr.on('data', (chunk: Buffer) => {
      err += chunk;
    });
    child.on('error', ({ message }) => resolve({ code: 1, out, err: message }));
    child.on('close', (code) => resolve({ code, out, err }));
  });
}
