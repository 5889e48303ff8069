import * as z from 'zod';
import * as mini from 'zod/mini';
import { enkashUrl } from '../../lib/enkash-url.ts';
import type { AccountId } from './enkash-accounts.ts';

const accountPair = /^(CEK[A-Z0-9]{7})\/(CA[A-Za-z0-9]{1,62})$/;
const accounts = z.string().transform((text, context): AccountId[] =>
  text.split(',').map((pair) => {
    const [, companyId = '', cardAccountId = ''] = accountPair.exec(pair.trim()) ?? [];
    if (companyId === '') context.addIssue({ code: 'custom', message: 'must be company/account,company/account,…' });
    return { companyId, cardAccountId };
  }),
);

/** An empty variable is one that is not set. */
const setting = <T extends z.core.SomeType>(schema: T) =>
  z.preprocess((text) => (text === '' ? undefined : text), schema);
const port = setting(
  z
    .string()
    .regex(/^\d{1,5}$/, 'must be a port, 0 to 65535')
    .transform(Number)
    .refine((number) => number <= 65_535, 'must be a port, 0 to 65535')
    .optional(),
);

const settingsSchema = z.object({
  /** 0 is any free port; so is none, unless the stage has usual ports. */
  PORT: port,
  SNAPSHOT_EVERY_SECONDS: setting(z.coerce.number().int().min(1).max(3600).default(10)),
  /** Set, each takes the sandbox's place. */
  ENKASH_API_URL: setting(mini.optional(enkashUrl)),
  ENKASH_TOKEN_URL: setting(mini.optional(enkashUrl)),
  ENKASH_ACCOUNTS: setting(accounts.optional()),
  ENKASH_SECRET_FILE: setting(z.string().optional()),
  /** A new login gate at every start; obeyed for an ENKASH_TOKEN_URL on loopback alone. */
  ENKASH_GATE: setting(z.literal('open', "must be 'open' or not set").optional()),
});
export type StageSettings = z.infer<typeof settingsSchema>;

/** A variable is wrong; the message names it, and quotes nothing but the right URL of EnKash. */
export class StageSettingsError extends Error {}

/** @throws StageSettingsError */
export function readStageSettings(env: NodeJS.ProcessEnv): StageSettings {
  const parsed = settingsSchema.safeParse(env);
  if (!parsed.success) {
    const lines = parsed.error.issues.map(({ path, message }) => `${String(path[0])}: ${message}`);
    throw new StageSettingsError(lines.join('\n'));
  }
  const { ENKASH_API_URL, ENKASH_TOKEN_URL, ENKASH_SECRET_FILE } = parsed.data;
  const { AWS_ENDPOINT_URL_SECRETS_MANAGER } = env;
  if (Boolean(ENKASH_API_URL) !== Boolean(ENKASH_TOKEN_URL))
    throw new StageSettingsError('ENKASH_API_URL and ENKASH_TOKEN_URL: set both or none');
  // The sandbox's made-up password at a real EnKash would be a refused login, and three of those lock an account.
  if (ENKASH_TOKEN_URL && !ENKASH_SECRET_FILE && !AWS_ENDPOINT_URL_SECRETS_MANAGER)
    throw new StageSettingsError('ENKASH_SECRET_FILE: needed with ENKASH_API_URL and ENKASH_TOKEN_URL');
  return parsed.data;
}
