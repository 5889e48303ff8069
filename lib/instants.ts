import * as z from 'zod/mini';

/** An instant as rows, messages and answers write it: RFC 3339 in UTC. */
export const instant = z
  .string('must be a text')
  .check(z.regex(/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d{3})?Z$/, 'must be an RFC 3339 instant in UTC'));

/** An instant to the millisecond. @param epochMs milliseconds since 1970 */
export function instantText(epochMs: number): string {
  return new Date(epochMs).toISOString();
}

/** An instant to the second, as slots are: the names of rows sort by it. @param epochMs milliseconds since 1970 */
export function slotText(epochMs: number): string {
  return `${new Date(epochMs).toISOString().slice(0, 19)}Z`;
}

/** Whole seconds between two instants in epoch ms; 0 when the clocks say less. */
export function ageSeconds(observedAt: number, now: number): number {
  return Math.max(0, Math.floor((now - observedAt) / 1000));
}
