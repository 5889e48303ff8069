import * as z from 'zod/mini';

/** @returns undefined when the text is not JSON */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** A text that holds JSON of the given shape; a shape of `zod` or of `zod/mini`. */
export function jsonText<T>(shape: z.core.$ZodType<T>) {
  const parsed = z.transform((text: string, context): unknown => {
    const value = parseJson(text);
    if (value === undefined) context.issues.push({ code: 'custom', message: 'is not JSON', input: text });
    return value;
  });
  return z.pipe(z.pipe(z.string('is not JSON'), parsed), shape);
}
