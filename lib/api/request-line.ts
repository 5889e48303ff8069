import { AppError } from '../errors.ts';
import { describeFailure, describeUnexpected, type Log, type LogFields, levelOf } from '../log.ts';
import type { Metric } from '../metrics.ts';
import { codeOf } from './problem.ts';

export type RequestLineDeps = { readonly log: Log; readonly metric: Metric; readonly now: () => number };

/** What the audit line says: of a request, or of one account of a batch. */
export type RequestLine = {
  readonly requestId: string;
  /** Epoch ms. */
  readonly startedAt: number;
  readonly fields: LogFields;
  /** HTTP status. */
  readonly status: number;
  /** Absent: it went well. */
  readonly error?: unknown;
};

/** Writes the audit line with the metrics by partner. */
export function writeRequestLine({ log, metric, now }: RequestLineDeps, line: RequestLine): void {
  const { requestId, startedAt, fields, status, error } = line;
  const outcome = error === undefined || error === null ? 'OK' : codeOf(error);
  const durationMs = now() - startedAt;
  log(levelOf(outcome, 'info'), 'request', { requestId, ...fields, outcome, status, durationMs });
  const partner = fields.partner ?? 'none';
  metric('Requests', 1, { partner, outcome });
  metric('RequestMs', durationMs, { partner }, 'Milliseconds');
}

/** What the audit line says of a failure; one that is not ours gets an error line of its own, without its message. */
export function failureFields(log: Log, requestId: string, error: unknown): LogFields {
  if (!(error instanceof AppError)) {
    log('error', 'unexpected', { requestId, ...describeUnexpected(error) });
    return {};
  }
  return describeFailure(error);
}
