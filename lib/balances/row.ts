import * as z from 'zod/mini';
import { AppError } from '../errors.ts';
import { jsonText } from '../json.ts';
import type { Item } from './codec.ts';

/** Version 1 of the attributes of every row; a row of another version is not guessed at. */
export const VERSION = 1;
export const version = z.literal(VERSION);

export const paise = z.int();
export const maybePaise = z._default(z.nullable(z.int()), null);
export const count = z.int().check(z.minimum(0));

/** A text attribute that holds JSON, for parts that are only ever read and written whole; null when it is not there. */
export function jsonAttribute<T>(shape: z.ZodMiniType<T>) {
  return z._default(z.nullable(jsonText(shape)), null);
}

/** @throws AppError INTERNAL `unreadable-row`; the schema's messages say what the row holds, so they go nowhere */
export function parseRow<T>(schema: z.core.$ZodType<T>, item: unknown): T {
  const parsed = z.safeParse(schema, item);
  if (!parsed.success) throw new AppError('INTERNAL', { reason: 'unreadable-row' });
  return parsed.data;
}

/** TTL deletes up to days late, so a reader asks this too. */
export function isExpired(item: Item, now: number): boolean {
  return typeof item.expiresAt === 'number' && item.expiresAt * 1000 <= now;
}
