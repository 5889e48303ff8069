import * as z from 'zod/mini';
import { describeUnexpected, type Log } from '../log.ts';

/**
 * A scheduled function: parses its event, does its work, and fails so that Lambda tries again.
 * What went wrong is logged by name and place; the error that leaves says nothing, since Lambda prints it.
 */
export function jobHandler<E, C, R>(
  { name, schema, log }: { readonly name: string; readonly schema: z.core.$ZodType<E>; readonly log: Log },
  work: (event: E, context: C) => Promise<R>,
): (event: unknown, context: C) => Promise<R> {
  return async (event, context) => {
    const parsed = z.safeParse(schema, event);
    if (!parsed.success) {
      log('error', name, { outcome: 'unreadable-event' });
      throw new Error(`${name}: unreadable event`);
    }
    try {
      return await work(parsed.data, context);
    } catch (error) {
      log('error', name, { outcome: 'unexpected', ...describeUnexpected(error) });
      throw new Error(`${name} failed`);
    }
  };
}

/** What is left to a Lambda invocation. */
export type Remaining = { readonly getRemainingTimeInMillis: () => number };
