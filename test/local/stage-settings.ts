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

/** Ports that browsers and `fetch` refuse to call. Source: WHATWG Fetch, port blocking. */
export const blockedPorts: ReadonlySet<number> = new Set([
  ...[1, 7, 9, 11, 13, 15, 17, 19, 20, 21, 22, 23, 25, 37, 42, 43, 53, 69, 77, 79, 87, 95, 101, 102, 103, 104, 109],
  ...[110, 111, 113, 115, 117, 119, 123, 135, 137, 139, 143, 161, 179, 389, 427, 465, 512, 513, 514, 515, 526, 530],
  ...[531, 532, 540, 548, 554, 556, 563, 587, 601, 636, 989, 990, 993, 995, 1719, 1720, 1723, 2049, 3659, 4045, 4190],
  ...[5060, 5061, 6000, 6566, 6665, 6666, 6667, 6668, 6669, 6679, 6697, 10_080],
]);

/** An empty variable is one that is not set. */
const setting = <T extends z.core.SomeType>(schema: T) =>
  z.preprocess((text) => (text === '' ? undefined : text), schema);
const port = setting(
  z
    .string()
    .regex(/^\d{1,5}$/, 'must be a port, 0 to 65535')
    .transform(Number)
    .refine((number) => number <= 65_535, 'must be a port, 0 to 65535')
    .refine((number) => !blockedPorts.has(number), 'is a port that browsers and fetch refuse to call; take another')
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
