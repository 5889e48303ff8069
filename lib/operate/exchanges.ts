import { CONTROL_ANSWERS } from '../budgets.ts';
import type { Send, TransportResult } from '../enkash/transport.ts';
import { tokenEndpoint } from '../enkash-url.ts';

/** One call that was sent to EnKash, and its raw answer: for the report's making only, never to be shown. */
export type Exchange = {
  readonly target: Target;
  readonly requestKeys: readonly string[];
  readonly result: TransportResult;
  readonly ms: number;
};

type Target = 'login' | 'control' | 'read';

/** A probe sends one login, the control requests where the gate asks first, and one read; a second read only repeats one whose token had died. */
const ALLOWED: Readonly<Record<Target, number>> = { login: 1, control: CONTROL_ANSWERS, read: 2 };

/** Keeps what passes, and lets no more pass than a probe may send. */
export function createRecorder(now: () => number) {
  const exchanges: Exchange[] = [];
  const around =
    (send: Send): Send =>
    async (request) => {
      const target = targetOf(request);
      const sent = exchanges.filter((exchange) => exchange.target === target).length;
      if (sent >= ALLOWED[target]) return { kind: 'failed', sent: false, why: 'connect', reusedSocket: false };
      const started = now();
      const result = await send(request);
      exchanges.push({ target, requestKeys: keysOf(request.body), result, ms: now() - started });
      return result;
    };
  return { exchanges, around };
}

/** A control request carries no password. */
function targetOf({ url, body }: Parameters<Send>[0]): Target {
  if (!url.pathname.endsWith(tokenEndpoint)) return 'read';
  return new URLSearchParams(body).has('password') ? 'login' : 'control';
}

/** Whether our own request went out wrapped, as `request`, or plain. */
function keysOf(body: string): string[] {
  return body.startsWith('{') ? Object.keys(JSON.parse(body)) : [];
}
