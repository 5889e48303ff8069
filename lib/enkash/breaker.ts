import { BREAKER_OPEN_MS, BREAKER_WINDOW_MS } from '../budgets.ts';

/** Opens when nearly every call of a window failed; closes at most 10 s after EnKash is well again. */
const MINIMUM_CALLS = 20;
const FAILURE_SHARE = 0.8;

export type Breaker = {
  /** @returns ms to wait, or 0 when a call may go. While open, one probe goes each period. */
  waitMs(): number;
  record(failed: boolean): void;
};

/** A circuit breaker of one instance for EnKash's API host. */
export function createBreaker(now: () => number): Breaker {
  let window = { start: now(), calls: 0, failures: 0 };
  let openUntil: number | undefined;

  return {
    waitMs() {
      if (openUntil === undefined) return 0;
      const left = openUntil - now();
      if (left > 0) return left;
      // This caller is the probe; the others go on waiting for its verdict.
      openUntil = now() + BREAKER_OPEN_MS;
      return 0;
    },
    record(failed) {
      const at = now();
      if (at - window.start >= BREAKER_WINDOW_MS || (!failed && openUntil !== undefined)) {
        window = { start: at, calls: 0, failures: 0 };
      }
      window.calls += 1;
      if (!failed) {
        openUntil = undefined;
        return;
      }
      window.failures += 1;
      const failing = window.calls >= MINIMUM_CALLS && window.failures / window.calls >= FAILURE_SHARE;
      if (failing) openUntil ??= at + BREAKER_OPEN_MS;
    },
  };
}
