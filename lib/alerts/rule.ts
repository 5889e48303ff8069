import * as z from 'zod/mini';
import { decimal } from '../account/summary-view.ts';
import { formatPaise, type Paise, readPaise } from '../money.ts';

const balance = z.enum(['available', 'availableOnCards'], "must be 'available' or 'availableOnCards'");
const confirmations = z
  .int('must be a whole number')
  .check(z.minimum(1, 'must be 1 or more'), z.maximum(10, 'must be at most 10'));
const cooldownSeconds = z
  .int('must be a whole number of seconds')
  .check(z.minimum(0, 'must not be negative'), z.maximum(604_800, 'must be at most 604800, a week'));

/** A low-balance rule, in paise and ms. */
const ruleSchema = z.strictObject({
  balance,
  /** Low is: less than this. */
  below: z.int(),
  /** Recovered is: at least this. */
  recoverAt: z.int(),
  /** How many slots in a row must agree before an event. */
  confirmations,
  /** The least time between two BalanceLow events. */
  cooldownMs: z.int().check(z.minimum(0)),
});
export type Rule = z.infer<typeof ruleSchema>;

/** A rule of a watch, and the instant (epoch ms) from which on it judges this balance under this name. */
export const watchRuleSchema = z.strictObject({ ...ruleSchema.shape, since: z.int() });
export type WatchRule = z.infer<typeof watchRuleSchema>;

const MOST_RULES = 5;
const ruleName = z
  .string()
  .check(z.regex(/^[A-Za-z][\w-]{0,31}$/, 'must be a letter, then up to 31 letters, digits, _ or -'));

/** The rules of a watch by name. */
export const rulesSchema = z.record(ruleName, watchRuleSchema);
export type Rules = z.infer<typeof rulesSchema>;

const mustBeAmount = 'must be an amount with at most two decimal digits';
/** Clients that write a JSON number mean its shortest text; the contract asks for a text, since a float is no amount. */
const textOfNumber = z.transform((given: unknown) => (typeof given === 'number' ? String(given) : given));
const amountText = z.pipe(
  z.string(mustBeAmount).check(z.regex(/^-?\d{1,12}(\.\d{1,2})?$/, mustBeAmount)),
  z.transform((value, context): Paise => {
    const paise = readPaise(Number(value));
    if (paise !== undefined && !paise.residue) return paise.paise;
    context.issues.push({ code: 'custom', message: mustBeAmount, input: value });
    return z.NEVER;
  }),
);

const amount = z.pipe(textOfNumber, amountText);

/** A rule as callers give it: amounts as decimal strings, cooldown in seconds. */
export const ruleInput = z.pipe(
  z
    .strictObject(
      {
        balance,
        below: amount,
        recoverAt: z.optional(amount),
        confirmations: z._default(confirmations, 2),
        cooldownSeconds: z._default(cooldownSeconds, 3600),
      },
      'must be an object',
    )
    .check(
      z.refine(({ below, recoverAt = below }) => recoverAt >= below, {
        path: ['recoverAt'],
        message: 'must not be less than below',
      }),
    ),
  z.transform(
    ({ balance, below, recoverAt, confirmations, cooldownSeconds }): Rule => ({
      balance,
      below,
      recoverAt: recoverAt ?? defaultRecoverAt(below),
      confirmations,
      cooldownMs: cooldownSeconds * 1000,
    }),
  ),
);

/** 120 %, so that a balance that hovers at the limit is not reported each slot; of a negative limit, a fifth above it. */
function defaultRecoverAt(below: Paise): Paise {
  return below + Math.ceil(Math.abs(below) / 5);
}

/** Rules as callers give them, by name. */
export const rulesInput = z.record(ruleName, ruleInput, 'must be an object of rules by name').check(
  z.refine((rules) => Object.keys(rules).length <= MOST_RULES, `must have at most ${MOST_RULES} rules`),
  z.meta({ maxProperties: MOST_RULES }),
);
export type RulesInput = z.output<typeof rulesInput>;

/** A rule as callers and consumers of events see it: amounts as decimal strings, cooldown in seconds. */
export const ruleViewSchema = z.strictObject({
  balance,
  below: decimal,
  recoverAt: decimal,
  confirmations: z.int(),
  cooldownSeconds: z.int(),
});

/** The public form of a rule. */
export function viewRule(rule: Rule): z.infer<typeof ruleViewSchema> {
  const { balance, below, recoverAt, confirmations, cooldownMs } = rule;
  return {
    balance,
    confirmations,
    below: formatPaise(below),
    recoverAt: formatPaise(recoverAt),
    cooldownSeconds: cooldownMs / 1000,
  };
}

/** The rules' public forms by name. */
export function viewRules(rules: Rules): Record<string, z.infer<typeof ruleViewSchema>> {
  return Object.fromEntries(Object.entries(rules).map(([name, rule]) => [name, viewRule(rule)]));
}
