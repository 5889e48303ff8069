import { type AppError, LoginBlockedError, UpstreamError } from '../errors.ts';
import type { ClosedReason, Verdict, WaitReason } from './standing.ts';

/** Why no login may be sent, in words that the runbook explains. */
export type BlockReason =
  | ClosedReason
  | 'login-in-progress'
  | 'login-spacing'
  | 'young-version'
  | 'token-ending'
  | 'token-unreadable'
  | 'no-time-left'
  | 'gate-unreachable';

export function blocked(reason: BlockReason, retryAfterSeconds = 1): AppError {
  return new LoginBlockedError(reason, retryAfterSeconds);
}

/** The refusal of a closed gate; its wait is how often the gate looks again, by itself or for the operator. */
export function closedFor(reason: ClosedReason): AppError {
  return blocked(reason, reason === 'locked-out-risk' || reason === 'never-opened' ? 60 : 30);
}

/** What a caller is told who cannot wait so long: the end of the longest wait, the first reason other than spacing. */
export function refusalFor({ wait, waits }: Extract<Verdict, { kind: 'wait' }>, now: number): AppError {
  const { why } = waits.find((other) => other.why !== 'spacing') ?? wait;
  return waitRefusal(why, Math.max(1, Math.ceil((wait.until - now) / 1000)));
}

export function waitRefusal(why: WaitReason, retryAfterSeconds: number): AppError {
  switch (why) {
    case 'login-under-way':
    case 'claimed':
      return blocked('login-in-progress');
    case 'token-alive':
      return blocked('token-unreadable', retryAfterSeconds);
    case 'backing-off':
      return unavailable('token-host-unavailable', retryAfterSeconds);
    case 'spacing':
      return blocked('login-spacing', retryAfterSeconds);
    case 'after-possible':
    case 'control':
      return unavailable('login-unanswered', retryAfterSeconds);
    case 'young-version':
      return blocked('young-version', retryAfterSeconds);
  }
}

export function tokenRefused(retryAfterSeconds: number): AppError {
  return unavailable('token-refused', retryAfterSeconds, 401);
}

function unavailable(reason: string, retryAfterSeconds: number, upstreamStatus?: number): AppError {
  const status = upstreamStatus === undefined ? {} : { upstreamStatus };
  return new UpstreamError('UPSTREAM_UNAVAILABLE', { reason, retryAfterSeconds, ...status });
}

const closedReasons = ['never-opened', 'password-refused', 'locked-out-risk', 'no-secret'];

/** Whether a refusal says that the gate is closed. */
export function isClosedFor({ reason }: AppError): boolean {
  return reason !== undefined && closedReasons.includes(reason);
}
