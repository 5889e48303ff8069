import type { AppError, ErrorCode } from '../errors.ts';

/** The reason that a failed slot shows: our error code in lower case, e.g. `upstream-timeout`. */
export function reasonOf({ code }: AppError): string {
  return code.toLowerCase().replaceAll('_', '-');
}

/** Failures that may pass within a slot's window. A refusal, a blocked login or a missing secret is not asked again. */
const passing: ReadonlySet<ErrorCode> = new Set(['UPSTREAM_UNAVAILABLE', 'UPSTREAM_TIMEOUT', 'UPSTREAM_UNREADABLE']);

/** Whether a message that failed so may come back. */
export function isWorthRepeating({ code }: AppError): boolean {
  return passing.has(code);
}
