import { createCipheriv, createDecipheriv, createHash, hkdfSync, randomBytes } from 'node:crypto';
import type { PartnerCredentials } from '../enkash/credentials.ts';

const IV_BYTES = 12;
const TAG_BYTES = 16;
const SALT = 'enkash-card-accounts/sealed-token/1';

/** A token as the table holds it: AES-256-GCM under a key that only this version of the partner's secret gives. */
export function sealToken(token: string, partner: string, credentials: PartnerCredentials): string {
  const iv = randomBytes(IV_BYTES);
  const cipher = createCipheriv('aes-256-gcm', keyOf(credentials), iv);
  cipher.setAAD(boundTo(partner, credentials));
  const text = Buffer.concat([cipher.update(token, 'utf8'), cipher.final()]);
  return Buffer.concat([iv, text, cipher.getAuthTag()]).toString('base64');
}

/** @returns undefined when it was sealed for another partner or version, or tampered with: nobody learns which. */
export function openToken(sealed: string, partner: string, credentials: PartnerCredentials): string | undefined {
  const bytes = Buffer.from(sealed, 'base64');
  if (bytes.length <= IV_BYTES + TAG_BYTES) return undefined;
  try {
    const decipher = createDecipheriv('aes-256-gcm', keyOf(credentials), bytes.subarray(0, IV_BYTES), {
      authTagLength: TAG_BYTES,
    });
    decipher.setAAD(boundTo(partner, credentials));
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

function keyOf({ basicSecret, password }: PartnerCredentials): Buffer {
  return Buffer.from(hkdfSync('sha256', JSON.stringify([basicSecret, password]), SALT, 'token', 32));
}

function boundTo(partner: string, { versionId }: PartnerCredentials): Buffer {
  return Buffer.from(JSON.stringify([partner, versionId]));
}
