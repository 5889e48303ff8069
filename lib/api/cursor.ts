import * as z from 'zod/mini';
import { parseJson } from '../json.ts';

/**
 * Where an answer goes on, opaque to callers: base64url of JSON. It holds positions only; whose rows are read always comes
 * from the authorised path.
 */
export function encodeCursor(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}

const notOurs = 'is not a cursor of ours';

/** A query parameter that holds a cursor of the given shape. */
export function cursorOf<T>(shape: z.ZodMiniType<T>) {
  return z.pipe(
    z.string().check(z.maxLength(512, notOurs), z.regex(/^[\w-]+$/, notOurs)),
    z.transform((text, context): T => {
      const parsed = z.safeParse(shape, parseJson(Buffer.from(text, 'base64url').toString('utf8')));
      if (parsed.success) return parsed.data;
      context.issues.push({ code: 'custom', message: notOurs, input: text });
      return z.NEVER;
    }),
  );
}
