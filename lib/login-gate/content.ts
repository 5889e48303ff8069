import { createHash, createHmac } from 'node:crypto';
import type { PartnerCredentials } from '../enkash/credentials.ts';
import { tokenOrigin } from '../enkash-url.ts';

const SALT = 'enkash-card-accounts/login-content/1';

/** A secret version as the gate compares it with what its item remembers. */
export type Version = {
  readonly versionId: string;
  /** Equal for two versions that log in with the same five values; under a key that only the secret gives. */
  readonly content: string;
  /** The API client, (basicId, clientId), hashed. */
  readonly pair: string;
  /** Epoch ms, where the store tells. */
  readonly createdAt: number | undefined;
};

/** Every read asks whose login its credentials are, and the same object comes again and again. */
const loginIds = new WeakMap<object, { readonly tokenUrl: string; readonly loginId: string }>();

/** Identity of one EnKash login, what EnKash locks: the token URL's origin and the user, in whatever spelling. */
export function loginIdOf(tokenUrl: string, login: Pick<PartnerCredentials, 'username'>): string {
  const known = loginIds.get(login);
  if (known?.tokenUrl === tokenUrl) return known.loginId;
  const loginId = hashLogin(tokenUrl, login.username);
  loginIds.set(login, { tokenUrl, loginId });
  return loginId;
}

function hashLogin(tokenUrl: string, username: string): string {
  return createHash('sha256')
    .update(JSON.stringify([tokenOrigin(tokenUrl), username.trim().toLowerCase()]))
    .digest('hex');
}

/** A login's id in logs and words: its first 8 digits. */
export function shortId(loginId: string): string {
  return loginId.slice(0, 8);
}

/** Hashing takes a third of what a closed gate costs a request, and the same object comes again and again. */
const versions = new WeakMap<PartnerCredentials, Version>();

export function versionOf(credentials: PartnerCredentials): Version {
  const known = versions.get(credentials);
  if (known) return known;
  const { versionId, createdAt, basicId, basicSecret, username, password, clientId } = credentials;
  const content = createHmac('sha256', `${SALT}${basicSecret}`)
    .update(JSON.stringify([basicId, basicSecret, username, password, clientId]))
    .digest('base64url');
  const version = { versionId, content: content.slice(0, 24), pair: pairOf(credentials), createdAt };
  versions.set(credentials, version);
  return version;
}

/** Who EnKash may count a failure for, beside the user. */
export function pairOf({ basicId, clientId }: Pick<PartnerCredentials, 'basicId' | 'clientId'>): string {
  return createHash('sha256')
    .update(JSON.stringify([basicId, clientId]))
    .digest('base64url')
    .slice(0, 16);
}
