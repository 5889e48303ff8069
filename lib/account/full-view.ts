import * as z from 'zod/mini';
import { istToUtc } from '../calendar.ts';
import { instant } from '../instants.ts';
import { formatPaise } from '../money.ts';
import type { CardAccount } from './account.ts';
import {
  accountFields,
  cardFields,
  type FieldKind,
  type FieldTable,
  type FieldValue,
  type FieldValues,
} from './documented-fields.ts';
import type { Freshness } from './freshness.ts';
import { decimal, summaryView, summaryViewSchema } from './summary-view.ts';

/** Everything documented but the card token; personal data included, hence the scope `card-accounts/full`. */
export type FullAccount = CardAccount & {
  readonly details: FieldValues;
  readonly primaryCard: FieldValues | undefined;
};

const text = z.nullable(z.string());
const kinds = {
  money: z.nullable(decimal),
  time: z.nullable(instant),
  pan: text,
  label: z.nullable(z.strictObject({ name: z.string(), label: text, description: text })),
  text,
  'bank-account': text,
  count: z.nullable(z.number()),
  flag: z.nullable(z.boolean()),
} as const satisfies Record<FieldKind, z.ZodMiniType>;

function fieldsSchema(table: FieldTable) {
  return z.strictObject(Object.fromEntries(Object.entries(table).map(([key, kind]) => [key, kinds[kind]])));
}

/** The summary, and EnKash's other fields under `details` and `primaryCard`, since names on both levels differ in meaning. */
export const fullViewSchema = z.extend(summaryViewSchema, {
  details: fieldsSchema(accountFields),
  primaryCard: z.nullable(fieldsSchema(cardFields)),
});
type FullView = z.infer<typeof fullViewSchema>;

/** Either view: what the contract calls a card account. */
export const cardAccountSchema = z.extend(summaryViewSchema, {
  details: z.optional(fullViewSchema.shape.details),
  primaryCard: z.optional(fullViewSchema.shape.primaryCard),
});

/** The full view: every documented field by its kind, times in UTC; what EnKash did not state is null. */
export function fullView({ details, primaryCard, ...account }: FullAccount, freshness: Freshness): FullView {
  return {
    ...summaryView(account, freshness),
    details: showFields(accountFields, details),
    primaryCard: primaryCard ? showFields(cardFields, primaryCard) : null,
  };
}

type ShownValue = z.infer<(typeof kinds)[FieldKind]>;

function showFields(table: FieldTable, fields: FieldValues): Record<string, ShownValue> {
  return Object.fromEntries(Object.entries(table).map(([key, kind]) => [key, showValue(kind, fields[key])]));
}

function showValue(kind: FieldKind, value: FieldValue): ShownValue {
  if (value === undefined || value === null) return null;
  if (typeof value === 'object') {
    return { name: value.name, label: value.label ?? null, description: value.description ?? null };
  }
  if (kind === 'money') return typeof value === 'number' ? formatPaise(value) : null;
  if (kind === 'time') return typeof value === 'string' ? istToUtc(value) : null;
  return value;
}
