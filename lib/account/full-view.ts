import * as z from 'zod';
import { istToUtc } from '../calendar.ts';
import type { WireFields, WireValue } from '../enkash/wire.ts';
import { formatPaise } from '../money.ts';
import { type CardAccount, decimal, summaryView, summaryViewSchema } from './account.ts';
import { accountFields, cardFields, type FieldKind, type FieldTable } from './documented-fields.ts';
import { type Freshness, instant } from './freshness.ts';

/** Everything documented but the card token; personal data included, hence the scope `card-accounts/full`. */
export type FullAccount = CardAccount & {
  readonly details: WireFields;
  readonly primaryCard: WireFields | undefined;
};

const text = z.string().nullable();
const kinds = {
  money: decimal.nullable(),
  time: instant.nullable(),
  pan: text,
  label: z.strictObject({ name: z.string(), label: text, description: text }).nullable(),
  text,
  count: z.number().nullable(),
  flag: z.boolean().nullable(),
} as const satisfies Record<FieldKind, z.ZodType>;

function fieldsSchema(table: FieldTable) {
  return z.strictObject(Object.fromEntries(Object.entries(table).map(([key, kind]) => [key, kinds[kind]])));
}

/** The summary, and EnKash's other fields under `details` and `primaryCard`, since names on both levels differ in meaning. */
export const fullViewSchema = summaryViewSchema.extend({
  details: fieldsSchema(accountFields),
  primaryCard: fieldsSchema(cardFields).nullable(),
});
type FullView = z.infer<typeof fullViewSchema>;

/** The full view: every documented field by its kind, times in UTC; what EnKash did not state is null. */
export function fullView({ details, primaryCard, ...account }: FullAccount, freshness: Freshness): FullView {
  return {
    ...summaryView(account, freshness),
    details: showFields(accountFields, details),
    primaryCard: primaryCard ? showFields(cardFields, primaryCard) : null,
  };
}

type ShownValue = z.infer<(typeof kinds)[FieldKind]>;

function showFields(table: FieldTable, fields: WireFields): Record<string, ShownValue> {
  return Object.fromEntries(Object.entries(table).map(([key, kind]) => [key, showValue(kind, fields[key])]));
}

function showValue(kind: FieldKind, value: WireValue): ShownValue {
  if (value === undefined || value === null) return null;
  if (typeof value === 'object') {
    return { name: value.name, label: value.label ?? null, description: value.description ?? null };
  }
  if (kind === 'money') return typeof value === 'number' ? formatPaise(value) : null;
  if (kind === 'time') return typeof value === 'string' ? istToUtc(value) : null;
  return value;
}
