import type { Send, TransportResult } from '../../../lib/enkash/transport.ts';

/** One call that was sent to EnKash, and its raw answer: for the report's making only, never to be shown. */
export type Exchange = {
  readonly target: 'login' | 'read';
  readonly requestKeys: readonly string[];
  readonly result: TransportResult;
  readonly ms: number;
};

/** A probe sends one login and one read; a second read only repeats one whose token had died. */
const ALLOWED = { login: 1, read: 2 } as const;

/** Keeps what passes, and lets no more pass than a probe may send. */
export function createRecorder(now: () => number) {
  const exchanges: Exchange[] = [];
  const around =
    (send: Send): Send =>
    async (request) => {
      const target = request.url.pathname.endsWith('/oauth/token') ? 'login' : 'read';
      const sent = exchanges.filter((exchange) => exchange.target === target).length;
      if (sent >= ALLOWED[target]) return { kind: 'failed', sent: false, why: 'connect', reusedSocket: false };
      const started = now();
      const result = await send(request);
      exchanges.push({ target, requestKeys: keysOf(request.body), result, ms: now() - started });
      return result;
    };
  return { exchanges, around };
}

/** Whether our own request went out wrapped, as `request`, or plain. */
function keysOf(body: string): string[] {
  return body.startsWith('{') ? Object.keys(JSON.parse(body)) : [];
}
