import { type AppError, CredentialsError, type ErrorCode, LoginBlockedError } from '../errors.ts';
import { isClosedFor } from '../login-gate/refusals.ts';

/** The reason that a failed slot shows: our error code in lower case, e.g. `upstream-timeout`. */
export function reasonOf({ code }: AppError): string {
  return code.toLowerCase().replaceAll('_', '-');
}

/** Failures of EnKash that may pass within a slot's window. */
const passing: ReadonlySet<ErrorCode> = new Set(['UPSTREAM_UNAVAILABLE', 'UPSTREAM_TIMEOUT', 'UPSTREAM_UNREADABLE']);

/**
 * Whether a message that failed so is tried again inside its window. A closed gate, a refusal and a missing secret are not:
 * a person must act. Everything else that the gate or the secret says passes by itself, mostly within seconds.
 */
export function isWorthRepeating(error: AppError): boolean {
  if (error instanceof LoginBlockedError) return !isClosedFor(error);
  if (error instanceof CredentialsError) return error.reason === 'unreachable';
  return passing.has(error.code);
}

const FIRST_WAIT_MS = 10_000;

/**
 * How long a message waits before it is tried again: 10 s, twice as long each time, at most a fifth of its window, so that
 * a short trouble costs seconds and a long one is met by about eight tries.
 * @param attempt the try that failed, from 1
 * @returns undefined when it could not come back in time
 */
export function retryWaitMs(
  attempt: number,
  { now, from, to }: { readonly now: number; readonly from: number; readonly to: number },
  { retryAfterSeconds = 0 }: { readonly retryAfterSeconds?: number | undefined },
): number | undefined {
  const usual = Math.min(FIRST_WAIT_MS * 2 ** (attempt - 1), (to - from) / 5);
  const asked = retryAfterSeconds * 1000;
  const wait = Math.ceil((now + asked < to ? Math.max(usual, asked) : usual) / 1000) * 1000;
  return now + wait < to ? wait : undefined;
}
