import * as z from 'zod/mini';
import { SECRET_FRESH_MS, SECRET_RETRY_MS, SECRET_STALE_MS } from '../budgets.ts';
import { AppError, CredentialsError } from '../errors.ts';
import { parseJson } from '../json.ts';
import { createMemory } from '../remember.ts';

/**
 * What a pasted value brings along would cost a login, so it is refused before one is spent: control, format, surrogate and
 * separator characters (but spaces inside), and the `…` of the example in infra/README.md.
 */
const stray = /[\p{Cc}\p{Cf}\p{Cs}\u2026]|(?! )\p{Z}|^ | $/u;
const opaque = z.string().check(
  z.minLength(1),
  z.maxLength(512),
  z.refine((value) => !stray.test(value)),
);
const headerSafe = opaque.check(z.regex(/^[\x21-\x7e]+$/));

const partnerSecretSchema = z
  .object({
    partnerId: headerSafe,
    basicId: opaque.check(z.regex(/^[^:]+$/)),
    basicSecret: opaque,
    username: opaque,
    password: opaque,
    clientId: opaque,
    encryption: z.enum(['aes-128-ecb', 'aes-128-ecb-raw', 'off']),
    encryptionSecret: z.optional(z.union([opaque, z.literal('')])),
  })
  .check(
    z.refine(
      ({ encryption, encryptionSecret = '' }) => {
        if (encryption === 'off') return true;
        return Buffer.byteLength(encryptionSecret) >= (encryption === 'aes-128-ecb-raw' ? 16 : 1);
      },
      { path: ['encryptionSecret'] },
    ),
  );

/** Written by the stack on creation; a login is never attempted with it. */
export const placeholderSecret = '{"placeholder":"not-filled"}';
const placeholderSchema = z.object({ placeholder: z.string() });

/** One version of a partner's EnKash credentials. */
export type PartnerCredentials = z.infer<typeof partnerSecretSchema> & {
  readonly versionId: string;
  /** Epoch ms, where the store tells: the login gate treats a young version with care. */
  readonly createdAt?: number | undefined;
};

/** Which version of a secret: a staging label or a version id, as in Secrets Manager. */
export type SecretSelector =
  | { readonly stage: 'AWSCURRENT' | 'AWSPREVIOUS' | 'AWSPENDING' }
  | { readonly versionId: string };

/** @returns undefined when there is no such version; rejects when the store cannot be asked. */
export type FetchSecret = (
  secretId: string,
  selector: SecretSelector,
) => Promise<
  { readonly text: string; readonly versionId: string; readonly createdAt?: number | undefined } | undefined
>;

export type CredentialSource = {
  /** The current version, at most 5 minutes old; while Secrets Manager is down the last one known, up to an hour. */
  current(partner: string): Promise<PartnerCredentials>;
  /** The current version, read at most `maxAgeMs` ago: what a login must use. */
  fresh(partner: string, maxAgeMs: number): Promise<PartnerCredentials>;
  /** The version before, when it is there and well-formed. */
  previous(partner: string): Promise<PartnerCredentials | undefined>;
  version(partner: string, versionId: string): Promise<PartnerCredentials | undefined>;
};

export type CredentialDeps = {
  readonly fetchSecret: FetchSecret;
  /** Partner name -> secret id or ARN. */
  readonly secretIds: Readonly<Record<string, string>>;
  readonly now: () => number;
};

/**
 * Parses the text of a partner's secret; a byte order mark before it does not matter.
 * @throws CredentialsError `not-filled` for the placeholder, `invalid` otherwise, with the names of the fields; neither has a cause.
 */
export function parseSecret(text: string, versionId: string): PartnerCredentials {
  const value = parseJson(text.replace(/^\uFEFF/, ''));
  if (placeholderSchema.safeParse(value).success) throw new CredentialsError('not-filled', 60);
  const parsed = partnerSecretSchema.safeParse(value);
  if (!parsed.success) {
    const fields = parsed.error.issues.map(({ path }) => String(path[0] ?? ''));
    throw new CredentialsError(
      'invalid',
      60,
      [...new Set(fields)].filter((field) => field !== ''),
    );
  }
  return { ...parsed.data, versionId };
}

/** Partner credentials from Secrets Manager, cached by us so that a rotation is seen and nothing secret enters an error. */
export function createCredentialSource(deps: CredentialDeps): CredentialSource {
  const currents = createMemory<PartnerCredentials>(deps.now);
  let downUntil = 0;

  async function load(partner: string, selector: SecretSelector): Promise<PartnerCredentials | undefined> {
    const secretId = Object.hasOwn(deps.secretIds, partner) ? deps.secretIds[partner] : undefined;
    if (secretId === undefined) throw new CredentialsError('unknown-partner', 60);
    const found = await deps.fetchSecret(secretId, selector).catch(() => {
      throw new CredentialsError('unreachable');
    });
    return found && { ...parseSecret(found.text, found.versionId), createdAt: found.createdAt };
  }

  async function loadCurrent(partner: string): Promise<PartnerCredentials> {
    const found = await load(partner, { stage: 'AWSCURRENT' });
    if (!found) throw new CredentialsError('not-filled', 60);
    return found;
  }

  function fresh(partner: string, maxAgeMs: number): Promise<PartnerCredentials> {
    return currents.get(partner, () => loadCurrent(partner), maxAgeMs);
  }

  /** A version other than the current one may be absent or malformed without harm; an unreachable store is an error. */
  async function optional(partner: string, selector: SecretSelector): Promise<PartnerCredentials | undefined> {
    try {
      return await load(partner, selector);
    } catch (error) {
      if (error instanceof AppError && (error.reason === 'not-filled' || error.reason === 'invalid')) return undefined;
      throw error;
    }
  }

  return {
    async current(partner) {
      const stale = currents.peek(partner, SECRET_STALE_MS);
      if (stale && deps.now() < downUntil) return stale;
      try {
        return await fresh(partner, SECRET_FRESH_MS);
      } catch (error) {
        if (!(stale && error instanceof AppError && error.reason === 'unreachable')) throw error;
        downUntil = deps.now() + SECRET_RETRY_MS;
        return stale;
      }
    },
    fresh,
    previous: (partner) => optional(partner, { stage: 'AWSPREVIOUS' }),
    async version(partner, versionId) {
      const known = currents.peek(partner, SECRET_STALE_MS);
      return known?.versionId === versionId ? known : optional(partner, { versionId });
    },
  };
}

/** What the operator is shown, and what a permission names, is what the secret is now: never what was read a moment ago. */
export function asOfNow(credentials: CredentialSource): CredentialSource {
  return { ...credentials, fresh: (partner) => credentials.fresh(partner, 0) };
}
