import * as z from 'zod/mini';
import {
  accountFields,
  cardFields,
  type FieldKind,
  type FieldTable,
  type FieldValues,
} from '../account/documented-fields.ts';
import type { AccountKey } from '../account-key.ts';
import { readTimestamp } from '../calendar.ts';
import { isCardNumber, maskCardNumbers, maskPan } from '../card-numbers.ts';
import { UpstreamError } from '../errors.ts';
import { type Paise, readPaise } from '../money.ts';
import { isJsonObject, type JsonObject } from './body.ts';
import { unreadable } from './envelope.ts';

/** The fields of every view, as EnKash names them; money in paise, what is absent undefined or null. */
export type WireSummary = z.output<typeof summarySchema>;

export type WireFull = {
  readonly summary: WireSummary;
  readonly details: FieldValues;
  readonly primaryCard: FieldValues | undefined;
};

export type Parsed<T> = {
  readonly wire: T;
  /** How many amounts carried float noise that was dropped. */
  readonly residues: number;
  /** Documented fields that EnKash stated in a form that cannot be read; they count as absent. */
  readonly dropped: readonly string[];
};

/** A longer text is somebody's mistake: it would break rows and logs. */
const LONGEST_TEXT = 256;

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
const anyText = z.string().check(z.maxLength(LONGEST_TEXT));
/** Every text of EnKash passes here, except the ids asked for, masked numbers and bank accounts. */
const cleanText = z.pipe(anyText, z.transform(maskCardNumbers));
const text = lenient(cleanText);
const count = lenient(z.number().check(z.refine((value) => !isCardNumber(value))));
const cardCount = lenient(
  z
    .int()
    .check(z.nonnegative())
    .check(z.refine((value) => !isCardNumber(value))),
);
const time = z.pipe(
  z.union([z.string(), z.number()]),
  z.transform((stated, context): string => {
    const read = readTimestamp(stated);
    if (read !== undefined) return read;
    context.issues.push({ code: 'custom', input: stated });
    return z.NEVER;
  }),
);

const kinds = {
  money: optionalMoney,
  time: lenient(time),
  pan: lenient(z.pipe(anyText, z.transform(maskPan))),
  label: lenient(z.object({ name: cleanText, label: text, description: text })),
  text,
  'bank-account': lenient(anyText),
  count,
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
  z.object({ name: cleanText }),
  z.transform(({ name }) => name),
);
const summarySchema = z.object({
  companyId: z.string(),
  cardAccountId: z.string(),
  companyName: text,
  accountTitle: text,
  accountType: lenient(z.union([cleanText, nameOfType])),
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
  const wire = summaryOf(payload, asked);
  return { wire, residues: countResidues(payload, moneyOfSummary), dropped: droppedOf(payload, wire) };
}

/** As parseSummary, with every other documented field but the card token. */
export function parseFull(payload: JsonObject, asked: AccountKey): Parsed<WireFull> {
  const summary = summaryOf(payload, asked);
  const details = parse(detailsSchema, payload);
  const stated = presentCard(payload.primaryEnKashCard);
  const card = parse(cardSchema, { primaryEnKashCard: stated }).primaryEnKashCard ?? undefined;
  const primaryCard = card && { ...card, ...ownIds(stated, asked) };
  return {
    wire: { summary, details, primaryCard },
    residues:
      countResidues(payload, moneyOfSummary) +
      countResidues(payload, moneyOfAccount) +
      countResidues(stated, moneyOfCard),
    dropped: [
      ...new Set([...droppedOf(payload, summary), ...droppedOf(payload, details)]),
      ...droppedOf(stated, primaryCard ?? {}).map((key) => `primaryEnKashCard.${key}`),
    ],
  };
}

/** EnKash may write an object that is not there as `null`, `[]` or `""`. */
function isNothing(value: unknown): boolean {
  return value === undefined || value === null || value === '' || (Array.isArray(value) && value.length === 0);
}

const presentCard = (card: unknown): unknown => (isNothing(card) ? null : card);

/** The ids asked for are never rewritten, wherever they are repeated. */
function ownIds(card: unknown, asked: AccountKey): Partial<AccountKey> {
  if (!isJsonObject(card)) return {};
  const { companyId, cardAccountId } = asked;
  return {
    ...(card.companyId === companyId ? { companyId } : {}),
    ...(card.cardAccountId === cardAccountId ? { cardAccountId } : {}),
  };
}

/** The keys of `read` that were stated and came to nothing. */
function droppedOf(stated: unknown, read: Readonly<Record<string, unknown>>): string[] {
  if (!isJsonObject(stated)) return [];
  return Object.keys(read).filter((key) => (read[key] ?? undefined) === undefined && !isNothing(stated[key]));
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
