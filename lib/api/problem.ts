import * as z from 'zod/mini';
import { AppError, type ErrorCode, errorCodes, RequestError } from '../errors.ts';

/** RFC 9457 problem details. */
export const problemSchema = z.strictObject({
  type: z.string(),
  title: z.string(),
  status: z.int(),
  code: z.string(),
  requestId: z.string(),
  /** Whether the same request may succeed later. */
  retryable: z.boolean(),
  /** Refines the code, where an operator can act on it. */
  reason: z.optional(z.string()),
  /** The fields that are wrong. */
  errors: z.optional(z.array(z.strictObject({ field: z.string(), message: z.string() }))),
});
export type Problem = z.infer<typeof problemSchema>;

/** The problem type's URI. */
export function problemType(code: ErrorCode): string {
  return `urn:enkash-card-accounts:problem:${code}`;
}

/** What a caller may know of an error; anything but our own errors is a plain INTERNAL. */
export function toProblem(error: unknown, requestId: string): Problem {
  const code = codeOf(error);
  return {
    type: problemType(code),
    ...errorCodes[code],
    code,
    requestId,
    ...(error instanceof AppError && error.reason !== undefined ? { reason: error.reason } : {}),
    ...(error instanceof RequestError && error.fields.length > 0 ? { errors: [...error.fields] } : {}),
  };
}

/** The code of one of our errors; INTERNAL for anything else. */
export function codeOf(error: unknown): ErrorCode {
  return error instanceof AppError ? error.code : 'INTERNAL';
}
