import { RETRY_DELAY_MS } from '../budgets.ts';
import type { TransportResult } from './transport.ts';

/**
 * When a read is repeated: once, on a connection that died, a 5xx without Retry-After, or an answer of something that is not
 * the API, and only within a budget of one repeat per ten calls. A time-out is not repeated (it has cost 3 s already), and a
 * login never comes here.
 */
export const retryPolicy = {
  delayMs: RETRY_DELAY_MS,
  jitterMs: RETRY_DELAY_MS,
  repeatsPerCall: 0.1,
  savedRepeats: 10,
  statuses: [500, 502, 503, 504],
  failures: ['dns', 'connect', 'reset'],
  reasons: ['not-the-api'],
} as const;

export type RetryBudget = { earn(): void; spend(): boolean };

/** The first call may be repeated; after that, at most a tenth of the calls may be. */
export function createRetryBudget(): RetryBudget {
  let tokens = 1 - retryPolicy.repeatsPerCall;
  return {
    earn() {
      tokens = Math.min(tokens + retryPolicy.repeatsPerCall, retryPolicy.savedRepeats);
    },
    spend() {
      if (tokens < 1) return false;
      tokens -= 1;
      return true;
    },
  };
}

/** A kept-alive connection that died unnoticed, as after a Lambda freeze: EnKash never saw the call. */
export function isStaleSocket(result: TransportResult): boolean {
  return result.kind === 'failed' && result.why === 'reset' && result.reusedSocket;
}

/** A connection that was idle for long and answers nothing: it went dead without a reset. Sending again is cheap, and a read may be sent twice. */
export function isSilentSocket(result: TransportResult): boolean {
  return result.kind === 'failed' && result.why === 'silent';
}

/** @param reason why the reply was judged a failure, if it was */
export function isRepeatable(result: TransportResult, reason: string | undefined): boolean {
  if (reason !== undefined && retryPolicy.reasons.some((known) => known === reason)) return true;
  switch (result.kind) {
    case 'reply':
      return retryPolicy.statuses.some((status) => status === result.status) && result.retryAfter === undefined;
    case 'failed':
      return retryPolicy.failures.some((failure) => failure === result.why);
    case 'bad-body':
      return false;
  }
}
