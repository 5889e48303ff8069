import { createHash } from 'node:crypto';
import * as z from 'zod';
import { decimal } from '../account/account.ts';
import { formatPaise, type Paise, readPaise } from '../money.ts';

const balance = z.enum(['available', 'availableOnCards']);

/** A low-balance rule of a watched account, in paise and ms. */
export const ruleSchema = z.strictObject({
  balance,
  /** Low is: less than this. */
  below: z.int(),
  /** Recovered is: at least this. */
  recoverAt: z.int(),
  /** So many slots in a row must agree before an event. */
  confirmations: z.int().min(1).max(10),
  /** At least so long between two BalanceLow events. */
  cooldownMs: z.int().nonnegative(),
});
export type Rule = z.infer<typeof ruleSchema>;

const amount = z
  .union([z.string().regex(/^-?\d{1,12}(\.\d{1,2})?$/), z.number().min(-1e12).max(1e12).meta({ multipleOf: 0.01 })])
  .transform((value, context) => {
    const paise = readPaise(Number(value));
    if (paise !== undefined && !paise.residue) return paise.paise;
    context.addIssue({ code: 'custom', message: 'must be an amount with at most two decimal digits' });
    return z.NEVER;
  });

/** `lowBalance` as callers give it: amounts as decimal strings (or numbers), cooldown in seconds. */
export const lowBalanceInput = z
  .strictObject({
    balance,
    below: amount,
    recoverAt: amount.optional(),
    confirmations: z.int().min(1).max(10).default(2),
    cooldownSeconds: z.int().min(0).max(604_800).default(3600),
  })
  .refine(({ below, recoverAt = below }) => recoverAt >= below, {
    path: ['recoverAt'],
    message: 'must not be less than below',
  })
  .transform(
    ({ balance, below, recoverAt, confirmations, cooldownSeconds }): Rule => ({
      balance,
      below,
      recoverAt: recoverAt ?? defaultRecoverAt(below),
      confirmations,
      cooldownMs: cooldownSeconds * 1000,
    }),
  );

/** 120 %, so that a balance that hovers at the limit is not reported each slot; of a negative limit, a fifth above it. */
function defaultRecoverAt(below: Paise): Paise {
  return below + Math.ceil(Math.abs(below) / 5);
}

/** Changes when any part of the rule does: another rule begins with a clean state and its own event ids. */
export function ruleId(rule: Rule): string {
  const parts = [rule.balance, rule.below, rule.recoverAt, rule.confirmations, rule.cooldownMs];
  return createHash('sha256').update(parts.join('|')).digest('hex').slice(0, 12);
}

/** A rule as callers and consumers of events see it: amounts as decimal strings, cooldown in seconds. */
export const ruleViewSchema = z.strictObject({
  balance,
  below: decimal,
  recoverAt: decimal,
  confirmations: z.int(),
  cooldownSeconds: z.int(),
});

/** The public form of a rule. */
export function viewRule({ below, recoverAt, cooldownMs, ...rule }: Rule): z.infer<typeof ruleViewSchema> {
  return {
    ...rule,
    below: formatPaise(below),
    recoverAt: formatPaise(recoverAt),
    cooldownSeconds: cooldownMs / 1000,
  };
}
