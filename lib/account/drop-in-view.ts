import * as z from 'zod/mini';
import { formatPaise, type Paise } from '../money.ts';
import { mapBalances, mapPoints } from './account.ts';
import {
  accountFields,
  cardFields,
  type FieldKind,
  type FieldTable,
  type FieldValue,
  type FieldValues,
} from './documented-fields.ts';
import type { FullAccount } from './full-view.ts';

const text = z.nullish(z.string());
const amount = z.nullish(z.number());
const kinds = {
  money: amount,
  time: text,
  pan: text,
  label: z.nullish(z.strictObject({ name: z.string(), label: text, description: text })),
  text,
  'bank-account': text,
  count: amount,
  flag: z.nullish(z.boolean()),
} as const satisfies Record<FieldKind, z.ZodMiniType>;

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
  primaryEnKashCard: z.nullish(z.strictObject(shape(cardFields))),
});

/** EnKash's own success envelope, with every documented field but the card token; amounts as JSON numbers. */
export const dropInSchema = z.strictObject({
  response_code: z.literal(0),
  response_message: z.literal('Success'),
  payload: payloadSchema,
});

/** EnKash's own failure envelope, and one key of ours; `response_message` and `payload` are both our words. */
export const dropInFailureSchema = z.strictObject({
  response_code: z.literal(1),
  response_message: z.string(),
  payload: z.string(),
  error: z.strictObject({ code: z.string(), requestId: z.string(), retryable: z.boolean() }),
});

/** The account as EnKash would answer it: its key names, amounts as JSON numbers of rupees or points. */
export function dropInView(account: FullAccount): z.infer<typeof dropInSchema> {
  const { cards } = account;
  const balances = mapBalances(account.balances, toNumber);
  const points = mapPoints(account.points, toNumber);
  const payload = {
    ...relay(accountFields, account.details),
    cardAccountId: account.cardAccountId,
    companyId: account.companyId,
    companyName: account.companyName,
    accountTitle: account.accountTitle,
    totalCards: cards.total,
    activeCards: cards.active,
    availableBalance: balances.available,
    availableCardBalance: balances.availableOnCards,
    usedCreditLimit: balances.usedCredit,
    creditLimit: balances.creditLimit,
    totalAllocationPoint: points.allocated,
    totalRedemptionPoint: points.redeemed,
    currentMonthAllocationPoint: points.allocatedThisMonth,
    currentMonthRedemptionPoint: points.redeemedThisMonth,
    primaryEnKashCard: account.primaryCard && relay(cardFields, account.primaryCard),
  };
  return { response_code: 0, response_message: 'Success', payload };
}

function relay(table: FieldTable, fields: FieldValues): Record<string, FieldValue> {
  return Object.fromEntries(
    Object.entries(table).map(([key, kind]) => {
      const value = fields[key];
      return [key, kind === 'money' && typeof value === 'number' ? toNumber(value) : value];
    }),
  );
}

function toNumber(paise: Paise): number {
  return Number(formatPaise(paise));
}
