import { type AppError, StorageError, UpstreamError } from './errors.ts';

/**
 * All that a log line may say: ids, codes, outcomes and counts. Never events, headers, bodies, secrets or persons.
 * A key that is not here cannot be logged.
 */
export type LogFields = {
  readonly requestId?: string;
  /** The caller's own `X-Request-Id`. */
  readonly callerRequestId?: string;
  readonly caller?: string;
  readonly route?: string;
  readonly partner?: string;
  readonly companyId?: string;
  readonly cardAccountId?: string;
  readonly view?: string;
  readonly source?: 'live' | 'cache' | 'snapshot';
  readonly status?: number;
  /** `OK`, or an error code. */
  readonly outcome?: string;
  readonly reason?: string;
  readonly step?: string;
  readonly upstreamStatus?: number;
  readonly upstreamCode?: number;
  /** Key paths with JSON types, e.g. `availableBalance: string`. */
  readonly paths?: readonly string[];
  /** The class name of an error that is not ours, with the place it was thrown at; its message may quote input. */
  readonly errorName?: string;
  readonly errorAt?: string;
  readonly secretVersion?: string;
  /** First digits of an EnKash login's id. */
  readonly login?: string;
  /** What a login or a control request got back, such as `502 html`. */
  readonly evidence?: string;
  readonly slot?: string;
  readonly eventId?: string;
  readonly attempt?: number;
  readonly count?: number;
  readonly failed?: number;
  readonly durationMs?: number;
};

type Level = 'info' | 'warn' | 'error';

/** One line of JSON: `level`, `time`, `event`, and the fields. */
export type Log = (level: Level, event: string, fields: LogFields) => void;

/** A log that writes one line for each call. @param now epoch ms */
export function createLog(write: (line: string) => void, now: () => number): Log {
  return (level, event, fields) =>
    write(JSON.stringify({ level, time: new Date(now()).toISOString(), event, ...fields }));
}

/** A name and a place are safe to log; the message of an unexpected error is not. */
export function describeUnexpected(error: unknown): Pick<LogFields, 'errorName' | 'errorAt'> {
  if (!(error instanceof Error)) return { errorName: typeof error };
  // The stack begins with the message, which could look like a place.
  const frames = error.stack?.replace(error.message, () => '') ?? '';
  const at = /\n\s+at .*?([\w.-]+:\d+:\d+)\)?(?:\n|$)/.exec(frames)?.[1];
  return { errorName: error.name, ...(at === undefined ? {} : { errorAt: at }) };
}

/** What a line says of a failure of ours, beside its code: whoever met it, caller or snapshot, says the same words. */
export function describeFailure(error: AppError): LogFields {
  const details = error instanceof UpstreamError ? error.details : {};
  const { retryAfterSeconds: _, ...fields } = details;
  return {
    ...fields,
    ...(error.reason === undefined ? {} : { reason: error.reason }),
    ...(error instanceof StorageError && { errorName: error.errorName }),
  };
}

/** Another account's data is a security incident, whoever was answered with it. @param usual the level of any other outcome */
export function levelOf(outcome: string, usual: Level): Level {
  return outcome === 'UPSTREAM_MISMATCH' ? 'error' : usual;
}
