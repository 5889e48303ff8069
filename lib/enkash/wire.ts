import * as z from 'zod';
import {
  accountFields,
  cardFields,
  type FieldKind,
  type FieldTable,
  type FieldValues,
} from '../account/documented-fields.ts';
import type { AccountKey } from '../account-key.ts';
import { UpstreamError } from '../errors.ts';
import { type Paise, readPaise } from '../money.ts';
import type { JsonObject } from './body.ts';
import { unreadable } from './envelope.ts';
import { maskPan } from './pan.ts';

/** The fields of every view, as EnKash names them; money in paise, what is absent undefined or null. */
export type WireSummary = z.output<typeof summarySchema>;

export type WireFull = {
  readonly summary: WireSummary;
  readonly details: FieldValues;
  readonly primaryCard: FieldValues | undefined;
};

/** `residues`: how many amounts carried float noise that was dropped. */
export type Parsed<T> = { readonly wire: T; readonly residues: number };

/** Counts the residues of the reply being parsed; parsing is synchronous. */
let residues = 0;

const money = z.number().transform((rupees, context): Paise => {
  const reading = readPaise(rupees);
  if (reading === undefined) {
    context.addIssue({ code: 'custom', message: 'not money' });
    return z.NEVER;
  }
  if (reading.residue) residues += 1;
  return reading.paise;
});
const optionalMoney = money.nullish();
const text = z.string().nullish().catch(undefined);
const cardCount = z.int().nonnegative().nullish().catch(undefined);

const kinds = {
  money: optionalMoney,
  time: text,
  pan: z.string().transform(maskPan).nullish().catch(undefined),
  label: z.object({ name: z.string(), label: text, description: text }).nullish().catch(undefined),
  text,
  count: z.number().nullish().catch(undefined),
  flag: z.boolean().nullish().catch(undefined),
} as const satisfies Record<FieldKind, z.ZodType>;

const summarySchema = z.object({
  companyId: z.string(),
  cardAccountId: z.string(),
  companyName: text,
  accountTitle: text,
  accountType: z
    .union([z.string(), z.object({ name: z.string() }).transform(({ name }) => name)])
    .nullish()
    .catch(undefined),
  totalCards: cardCount,
  activeCards: cardCount,
  availableBalance: money,
  availableCardBalance: optionalMoney,
  usedCreditLimit: optionalMoney,
  creditLimit: optionalMoney,
  totalAllocationPoint: optionalMoney,
  totalRedemptionPoint: optionalMoney,
  currentMonthAllocationPoint: optionalMoney,
  currentMonthRedemptionPoint: optionalMoney,
});

const detailsSchema = fieldsSchema(accountFields);
const cardSchema = z.object({ primaryEnKashCard: fieldsSchema(cardFields).nullish() });

function fieldsSchema(table: FieldTable): z.ZodType<FieldValues> {
  return z.object(Object.fromEntries(Object.entries(table).map(([key, kind]) => [key, kinds[kind]])));
}

/**
 * Reads the account out of a payload, strict on ids and money, lenient on the rest; unknown fields are dropped.
 * @throws UpstreamError UPSTREAM_UNREADABLE (step schema, with key paths and JSON types), or UPSTREAM_MISMATCH when
 * the reply is about another account than the one asked for.
 */
export function parseSummary(payload: JsonObject, asked: AccountKey): Parsed<WireSummary> {
  return counted(() => summaryOf(payload, asked));
}

/** As parseSummary, with every other documented field but the card token. */
export function parseFull(payload: JsonObject, asked: AccountKey): Parsed<WireFull> {
  return counted(() => {
    const summary = summaryOf(payload, asked);
    const details = parse(detailsSchema, payload);
    return { summary, details, primaryCard: parse(cardSchema, payload).primaryEnKashCard ?? undefined };
  });
}

function counted<T>(read: () => T): Parsed<T> {
  residues = 0;
  return { wire: read(), residues };
}

function summaryOf(payload: JsonObject, asked: AccountKey): WireSummary {
  const summary = parse(summarySchema, payload);
  if (summary.companyId !== asked.companyId || summary.cardAccountId !== asked.cardAccountId) {
    throw new UpstreamError('UPSTREAM_MISMATCH', { step: 'echo' });
  }
  return summary;
}

function parse<T>(schema: z.ZodType<T>, payload: JsonObject): T {
  const parsed = schema.safeParse(payload);
  if (parsed.success) return parsed.data;
  throw unreadable(
    'schema',
    parsed.error.issues.map(({ path }) => `${path.join('.')}: ${jsonTypeAt(payload, path)}`),
  );
}

function jsonTypeAt(payload: unknown, path: readonly PropertyKey[]): string {
  let value = payload;
  for (const key of path) value = value instanceof Object ? Reflect.get(value, key) : undefined;
  if (value === undefined) return 'missing';
  if (value === null) return 'null';
  return Array.isArray(value) ? 'array' : typeof value;
}
