import { CALL_MS, CONNECT_MS, SILENT_SOCKET_MS } from '../budgets.ts';
import { createRetryBudget, isRepeatable, isSilentSocket, isStaleSocket, retryPolicy } from './retry.ts';
import type { Send, TransportRequest, TransportResult } from './transport.ts';

export type PostDeps = {
  readonly send: Send;
  readonly now: () => number;
  readonly sleep: (ms: number) => Promise<void>;
  readonly random: () => number;
};

type Read = Pick<TransportRequest, 'headers' | 'body'> & {
  /** Epoch ms by which it ends. */
  readonly deadline: number;
  /** Why a reply is a failure, where its judge can say. */
  readonly reasonOf: (result: TransportResult) => string | undefined;
};

/** Sends a read, and repeats it as `retryPolicy` says. Never rejects. */
export type Post = (read: Read) => Promise<TransportResult>;

/** Reads of one URL share one budget of repeats. */
export function createPost(url: URL, { send, now, sleep, random }: PostDeps): Post {
  const budget = createRetryBudget();
  return async ({ headers, body, deadline, reasonOf }) => {
    const attempt = (freshSocket: boolean): Promise<TransportResult> => {
      const callMs = Math.min(CALL_MS, deadline - now());
      const limits = { connectMs: Math.min(CONNECT_MS, callMs), callMs, silentMs: SILENT_SOCKET_MS };
      return send({ url, headers, body, ...limits, freshSocket });
    };
    budget.earn();
    const first = await attempt(false);
    if (isStaleSocket(first) || (isSilentSocket(first) && budget.spend())) return attempt(true);
    const delayMs = retryPolicy.delayMs + random() * retryPolicy.jitterMs;
    const hasTime = deadline - now() >= delayMs + CALL_MS;
    if (!isRepeatable(first, reasonOf(first)) || !hasTime || !budget.spend()) return first;
    await sleep(delayMs);
    return attempt(false);
  };
}
