import { CALL_MS, CONNECT_MS } from '../budgets.ts';
import { createRetryBudget, isRepeatable, isStaleSocket, retryPolicy } from './retry.ts';
import type { Send, TransportRequest, TransportResult } from './transport.ts';

export type PostDeps = {
  readonly send: Send;
  readonly now: () => number;
  readonly sleep: (ms: number) => Promise<void>;
  readonly random: () => number;
};

/** Sends a read, and repeats it as `retryPolicy` says. Never rejects. @param deadline epoch ms by which it ends */
export type Post = (request: Pick<TransportRequest, 'headers' | 'body'>, deadline: number) => Promise<TransportResult>;

/** Reads of one URL share one budget of repeats. */
export function createPost(url: URL, { send, now, sleep, random }: PostDeps): Post {
  const budget = createRetryBudget();
  return async (request, deadline) => {
    const attempt = (freshSocket: boolean): Promise<TransportResult> => {
      const callMs = Math.min(CALL_MS, deadline - now());
      return send({ ...request, url, connectMs: Math.min(CONNECT_MS, callMs), callMs, freshSocket });
    };
    budget.earn();
    const first = await attempt(false);
    if (isStaleSocket(first)) return attempt(true);
    const delayMs = retryPolicy.delayMs + random() * retryPolicy.jitterMs;
    if (!isRepeatable(first) || deadline - now() < delayMs + CALL_MS || !budget.spend()) return first;
    await sleep(delayMs);
    return attempt(false);
  };
}
