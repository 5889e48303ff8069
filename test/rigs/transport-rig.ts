import { readFileSync } from 'node:fs';
import { onTestFinished } from 'vitest';
import { createTransport, type TransportRequest } from '../../lib/enkash/transport.ts';
import { type Exchange, listen } from '../local/http-server.ts';
import { startRawServer } from './raw-server.ts';

export const pem = readFileSync(new URL('../fixtures/self-signed.pem', import.meta.url), 'utf8');

/** Sends one request with a transport of its own, or with the one given. */
export function post(target: string, changes: Partial<TransportRequest> = {}, send = createTransport()) {
  const defaults = { headers: {}, body: '{}', connectMs: 1_000, callMs: 2_000, freshSocket: false };
  return send({ url: new URL(target), ...defaults, ...changes });
}
export async function httpServer(answer: (exchange: Exchange) => Promise<void> | void, options = {}): Promise<string> {
  const server = await listen(answer, options);
  onTestFinished(() => server.close());
  return server.url;
}
export async function rawServer(...hooks: Parameters<typeof startRawServer>) {
  const server = await startRawServer(...hooks);
  onTestFinished(() => server.close());
  return { ...server, url: `http://127.0.0.1:${server.port}` };
}
export const failed = (why: string, sent: boolean, reusedSocket = false) => ({
  kind: 'failed',
  sent,
  why,
  reusedSocket,
});
export const badBody = (step: string, status = 200) => ({ kind: 'bad-body', status, step });
