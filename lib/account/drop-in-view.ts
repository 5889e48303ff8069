import * as z from 'zod';
import type { WireFields, WireValue } from '../enkash/wire.ts';
import { formatPaise, type Paise } from '../money.ts';
import { accountFields, cardFields, type FieldKind, type FieldTable } from './documented-fields.ts';
import type { FullAccount } from './full-view.ts';

const text = z.string().nullish();
const amount = z.number().nullish();
const kinds = {
  money: amount,
  time: text,
  pan: text,
  label: z.strictObject({ name: z.string(), label: text, description: text }).nullish(),
  text,
  count: amount,
  flag: z.boolean().nullish(),
} as const satisfies Record<FieldKind, z.ZodType>;

function shape(table: FieldTable) {
  return Object.fromEntries(Object.entries(table).map(([key, kind]) => [key, kinds[kind]]));
}

const payloadSchema = z.strictObject({
  ...shape(accountFields),
  cardAccountId: z.string(),
  companyId: z.string(),
  companyName: text,
  accountTitle: text,
  totalCards: amount,
  activeCards: amount,
  availableBalance: z.number(),
  availableCardBalance: amount,
  usedCreditLimit: amount,
  creditLimit: amount,
  totalAllocationPoint: amount,
  totalRedemptionPoint: amount,
  currentMonthAllocationPoint: amount,
  currentMonthRedemptionPoint: amount,
  primaryEnKashCard: z.strictObject(shape(cardFields)).nullish(),
});

/** EnKash's own success envelope, with every documented field but the card token; amounts as JSON numbers. */
export const dropInSchema = z.strictObject({
  response_code: z.literal(0),
  response_message: z.literal('Success'),
  payload: payloadSchema,
});

/** EnKash's own failure envelope: `response_message` and `payload` are both our title. */
export const dropInFailureSchema = z.strictObject({
  response_code: z.literal(1),
  response_message: z.string(),
  payload: z.string(),
});

/** The account as EnKash would answer it: its key names, amounts as JSON numbers of rupees or points. */
export function dropInView(account: FullAccount): z.infer<typeof dropInSchema> {
  const { balances, points, cards } = account;
  const payload = {
    ...relay(accountFields, account.details),
    cardAccountId: account.cardAccountId,
    companyId: account.companyId,
    companyName: account.companyName,
    accountTitle: account.accountTitle,
    totalCards: cards.total,
    activeCards: cards.active,
    availableBalance: toNumber(balances.available),
    availableCardBalance: optionalNumber(balances.availableOnCards),
    usedCreditLimit: optionalNumber(balances.usedCredit),
    creditLimit: optionalNumber(balances.creditLimit),
    totalAllocationPoint: optionalNumber(points.allocated),
    totalRedemptionPoint: optionalNumber(points.redeemed),
    currentMonthAllocationPoint: optionalNumber(points.allocatedThisMonth),
    currentMonthRedemptionPoint: optionalNumber(points.redeemedThisMonth),
    primaryEnKashCard: account.primaryCard && relay(cardFields, account.primaryCard),
  };
  return { response_code: 0, response_message: 'Success', payload };
}

function relay(table: FieldTable, fields: WireFields): Record<string, WireValue> {
  return Object.fromEntries(
    Object.entries(table).map(([key, kind]) => {
      const value = fields[key];
      return [key, kind === 'money' && typeof value === 'number' ? toNumber(value) : value];
    }),
  );
}

function optionalNumber(paise: Paise | null): number | null {
  return paise === null ? null : toNumber(paise);
}

function toNumber(paise: Paise): number {
  return Number(formatPaise(paise));
}
