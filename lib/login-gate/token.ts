import { createCipheriv, createDecipheriv, createHash, hkdfSync, randomBytes } from 'node:crypto';
import { LOGIN_MS, TOKEN_LIFE_CAP_MS, TOKEN_ROUNDING_MS } from '../budgets.ts';
import type { PartnerCredentials } from '../enkash/credentials.ts';
import { versionOf } from './content.ts';
import type { TokenFacts } from './item.ts';

const IV_BYTES = 12;
const TAG_BYTES = 16;
const SALT = 'enkash-card-accounts/sealed-token/2';

/**
 * A token as the table holds it: AES-256-GCM under a key that only the login and the content of its secret version give,
 * whatever partner or version id that content stands under.
 */
export function sealToken(token: string, loginId: string, credentials: PartnerCredentials): string {
  const iv = randomBytes(IV_BYTES);
  const cipher = createCipheriv('aes-256-gcm', keyOf(credentials), iv);
  cipher.setAAD(boundTo(loginId, credentials));
  const text = Buffer.concat([cipher.update(token, 'utf8'), cipher.final()]);
  return Buffer.concat([iv, text, cipher.getAuthTag()]).toString('base64');
}

/** @returns undefined when it was sealed for another login or content, or tampered with: nobody learns which. */
export function openToken(sealed: string, loginId: string, credentials: PartnerCredentials): string | undefined {
  const bytes = Buffer.from(sealed, 'base64');
  if (bytes.length <= IV_BYTES + TAG_BYTES) return undefined;
  try {
    const decipher = createDecipheriv('aes-256-gcm', keyOf(credentials), bytes.subarray(0, IV_BYTES), {
      authTagLength: TAG_BYTES,
    });
    decipher.setAAD(boundTo(loginId, credentials));
    decipher.setAuthTag(bytes.subarray(-TAG_BYTES));
    const text = decipher.update(bytes.subarray(IV_BYTES, -TAG_BYTES));
    return Buffer.concat([text, decipher.final()]).toString('utf8');
  } catch {
    return undefined;
  }
}

/** Tells tokens apart without holding them; tokens are random, so a hash gives nothing away. */
export function fingerprint(token: string): string {
  return createHash('sha256').update(token).digest('base64url').slice(0, 16);
}

/**
 * When a token may end, counted from before the login was sent, and when it has ended, counted from the reply: until then
 * EnKash may give the same text again. A life that makes no sense counts as not stated: the 401 will tell. A life of 0
 * counts as the token's last second the first time, and as not stated after that.
 */
export function lifeOf(
  statedLifeMs: number | undefined,
  at: { readonly sent: number; readonly replied: number },
  zeroBefore: boolean,
): Pick<TokenFacts, 'mayEndAt' | 'endsAt' | 'statedZero'> {
  const statedZero = statedLifeMs === 0;
  const isStated = statedLifeMs !== undefined && statedLifeMs >= 0 && !(statedZero && zeroBefore);
  const isCapped = !isStated || statedLifeMs >= TOKEN_LIFE_CAP_MS;
  const issuedBefore = Math.min(at.replied, at.sent + LOGIN_MS);
  const lifeMs = isCapped ? TOKEN_LIFE_CAP_MS : statedLifeMs;
  return { mayEndAt: at.sent + lifeMs, endsAt: issuedBefore + lifeMs + (isCapped ? 0 : TOKEN_ROUNDING_MS), statedZero };
}

function keyOf({ basicSecret, password }: PartnerCredentials): Buffer {
  return Buffer.from(hkdfSync('sha256', JSON.stringify([basicSecret, password]), SALT, 'token', 32));
}

function boundTo(loginId: string, credentials: PartnerCredentials): Buffer {
  return Buffer.from(JSON.stringify([loginId, versionOf(credentials).content]));
}
