import * as z from 'zod';
import { parseJson } from '../json.ts';

/**
 * Where an answer goes on, opaque to callers: base64url of JSON. It holds positions only; whose rows are read always comes
 * from the authorised path.
 */
export function encodeCursor(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}

/** A query parameter that holds a cursor of the given shape. */
export function cursorOf<T>(shape: z.ZodType<T>) {
  return z
    .string()
    .max(512)
    .regex(/^[\w-]+$/, 'is not a cursor of ours')
    .transform((text, context) => {
      const parsed = shape.safeParse(parseJson(Buffer.from(text, 'base64url').toString('utf8')));
      if (parsed.success) return parsed.data;
      context.addIssue({ code: 'custom', message: 'is not a cursor of ours' });
      return z.NEVER;
    });
}
