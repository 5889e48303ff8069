import * as z from 'zod/mini';
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
import { isJsonObject, type JsonObject } from './body.ts';
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

const money = z.pipe(
  z.number(),
  z.transform((rupees, context): Paise => {
    const reading = readPaise(rupees);
    if (reading !== undefined) return reading.paise;
    context.issues.push({ code: 'custom', input: rupees });
    return z.NEVER;
  }),
);
const optionalMoney = z.nullish(money);
const lenient = <T extends z.core.$ZodType>(schema: T) => z.catch(z.nullish(schema), undefined);
const text = lenient(z.string());
const cardCount = lenient(z.int().check(z.nonnegative()));

const kinds = {
  money: optionalMoney,
  time: text,
  pan: lenient(z.pipe(z.string(), z.transform(maskPan))),
  label: lenient(z.object({ name: z.string(), label: text, description: text })),
  text,
  count: lenient(z.number()),
  flag: lenient(z.boolean()),
} as const satisfies Record<FieldKind, z.ZodMiniType>;

const summaryMoney = {
  availableCardBalance: optionalMoney,
  usedCreditLimit: optionalMoney,
  creditLimit: optionalMoney,
  totalAllocationPoint: optionalMoney,
  totalRedemptionPoint: optionalMoney,
  currentMonthAllocationPoint: optionalMoney,
  currentMonthRedemptionPoint: optionalMoney,
};
const nameOfType = z.pipe(
  z.object({ name: z.string() }),
  z.transform(({ name }) => name),
);
const summarySchema = z.object({
  companyId: z.string(),
  cardAccountId: z.string(),
  companyName: text,
  accountTitle: text,
  accountType: lenient(z.union([z.string(), nameOfType])),
  totalCards: cardCount,
  activeCards: cardCount,
  availableBalance: money,
  ...summaryMoney,
});

const detailsSchema = fieldsSchema(accountFields);
const cardSchema = z.object({ primaryEnKashCard: z.nullish(fieldsSchema(cardFields)) });

function fieldsSchema(table: FieldTable): z.ZodMiniType<FieldValues> {
  return z.object(Object.fromEntries(Object.entries(table).map(([key, kind]) => [key, kinds[kind]])));
}

const moneyOfSummary = ['availableBalance', ...Object.keys(summaryMoney)];
const moneyOf = (table: FieldTable): string[] => Object.keys(table).filter((key) => table[key] === 'money');
const moneyOfAccount = moneyOf(accountFields);
const moneyOfCard = moneyOf(cardFields);

/**
 * Reads the account out of a payload, strict on ids and money, lenient on the rest; unknown fields are dropped.
 * @throws UpstreamError UPSTREAM_UNREADABLE (step schema, with key paths and JSON types), or UPSTREAM_MISMATCH when
 * the reply is about another account than the one asked for.
 */
export function parseSummary(payload: JsonObject, asked: AccountKey): Parsed<WireSummary> {
  return { wire: summaryOf(payload, asked), residues: countResidues(payload, moneyOfSummary) };
}

/** As parseSummary, with every other documented field but the card token. */
export function parseFull(payload: JsonObject, asked: AccountKey): Parsed<WireFull> {
  const summary = summaryOf(payload, asked);
  const details = parse(detailsSchema, payload);
  const primaryCard = parse(cardSchema, payload).primaryEnKashCard ?? undefined;
  const residues =
    countResidues(payload, moneyOfSummary) +
    countResidues(payload, moneyOfAccount) +
    countResidues(payload.primaryEnKashCard, moneyOfCard);
  return { wire: { summary, details, primaryCard }, residues };
}

function countResidues(fields: unknown, moneyKeys: readonly string[]): number {
  if (!isJsonObject(fields)) return 0;
  return moneyKeys.filter((key) => {
    const value = fields[key];
    return typeof value === 'number' && readPaise(value)?.residue === true;
  }).length;
}

function summaryOf(payload: JsonObject, asked: AccountKey): WireSummary {
  const summary = parse(summarySchema, payload);
  if (summary.companyId !== asked.companyId || summary.cardAccountId !== asked.cardAccountId) {
    throw new UpstreamError('UPSTREAM_MISMATCH', { step: 'echo' });
  }
  return summary;
}

function parse<T>(schema: z.ZodMiniType<T>, payload: JsonObject): T {
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
