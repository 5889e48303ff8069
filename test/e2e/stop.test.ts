import { type ChildProcess, spawn } from 'node:child_process';
import { createConnection } from 'node:net';
import { join } from 'node:path';
import { afterEach, expect, test, vi } from 'vitest';
import * as z from 'zod';
import { fetchToken } from '../local/stage-client.ts';

const root = join(import.meta.dirname, '..', '..');
const firstLine = z.object({
  url: z.string(),
  tokenUrl: z.string(),
  callers: z.array(z.object({ clientId: z.string(), clientSecret: z.string(), scopes: z.array(z.string()) })),
});
let npm: ChildProcess | undefined;
afterEach(() => {
  try {
    // npm and whatever it left behind.
    if (npm?.pid) process.kill(-npm.pid, 'SIGKILL');
  } catch {
    // Nothing is left: as it should be.
  }
});

/** Nobody listens there any more. */
const isFree = (url: string) =>
  new Promise<boolean>((resolve) => {
    const socket = createConnection(Number(new URL(url).port), '127.0.0.1', () => resolve(!socket.destroy()));
    socket.once('error', () => resolve(true));
  });

test('npm start hands SIGTERM on: what is in flight is answered, then the port is free', async () => {
  npm = spawn('npm', ['start', '--silent', '--', '--json'], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'ignore'],
    detached: true,
  });
  let out = '';
  npm.stdout?.on('data', (chunk: Buffer) => (out += chunk));
  await vi.waitUntil(() => out.includes('\n'), { timeout: 600_000 });
  const { url, tokenUrl, callers } = firstLine.parse(JSON.parse(out.split('\n')[0] ?? ''));
  const [caller] = callers;
  const authorization = `Bearer ${caller && (await fetchToken(tokenUrl, caller))}`;
  const read = (id: string) =>
    fetch(`${url}/v1/companies/CEKTEST001/card-accounts/${id}`, { headers: { authorization } });
  expect((await read('CATEST001')).status).toBe(200);

  const slow = read('CATESTSLOW');
  const isAsking = Promise.race([slow, new Promise((resolve) => setTimeout(resolve, 500, 'in flight'))]);
  expect(await isAsking).toBe('in flight');
  npm.kill('SIGTERM');
  expect((await slow).status).toBe(504);
  await vi.waitUntil(() => isFree(url), { timeout: 60_000, interval: 50 });
});
