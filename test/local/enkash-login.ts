import { randomUUID } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import type { EncryptionMode } from './enkash-cipher.ts';

/** What the partner's secret holds, architecture.md section 7. */
export type Credentials = {
  partnerId: string;
  basicId: string;
  basicSecret: string;
  username: string;
  password: string;
  clientId: string;
  encryption: EncryptionMode;
  encryptionSecret: string;
};
export type LoginSettings = {
  /** Seconds a token really lives, whatever `expires_in` says. */
  tokenLifeSeconds: number;
  /** Seconds the reply claims for a new token. */
  claimedLifeSeconds: number;
  tokenShape: 'oauth' | 'camel' | 'result';
  /** Spring's way: an early second login gets the same token with less time left. */
  sameToken: boolean;
  /** Spring's accident: logins that overlap fail with 500, all of them, and the token is gone. */
  breakConcurrent: boolean;
  /** Milliseconds a login takes, so that two can overlap. */
  loginMs: number;
};
export type LoginReply = { readonly status: number; readonly body: unknown };

/** Failures in a row after which EnKash locks the account. */
const lockAt = 3;
const failure = (status: number, error: string, description: string): LoginReply => ({
  status,
  body: { error, error_description: description },
});

/** EnKash's login: what it checks, counts and issues. Every refused request counts, the severest reading of the docs. */
export function createLoginDesk(credentials: Credentials, settings: LoginSettings, now: () => number) {
  const counts = {
    logins: 0,
    accepted: 0,
    refused: 0,
    lockOuts: 0,
    maxLoginsInFlight: 0,
    tokensIssued: 0,
    spoiltLogins: 0,
  };
  const tokens = new Map<string, number>();
  let current: { text: string; issuedAt: number } | undefined;
  let failuresInARow = 0;
  let locked = false;
  let inFlight = 0;
  let collided = false;

  const isValid = (token: string) => (tokens.get(token) ?? 0) > now();

  function issue(): LoginReply {
    if (!current || !settings.sameToken || !isValid(current.text)) {
      current = { text: randomUUID(), issuedAt: now() };
      tokens.set(current.text, now() + settings.tokenLifeSeconds * 1000);
      counts.tokensIssued += 1;
    }
    const { text, issuedAt } = current;
    const claimedEnd = issuedAt + settings.claimedLifeSeconds * 1000;
    const secondsLeft = Math.floor((claimedEnd - now()) / 1000);
    const bodies = {
      oauth: {
        access_token: text,
        token_type: 'bearer',
        refresh_token: randomUUID(),
        expires_in: secondsLeft,
        scope: 'read',
      },
      camel: { accessToken: text, tokenType: 'bearer', expiresIn: secondsLeft, refreshToken: randomUUID() },
      result: { token: text, expiry: claimedEnd, resultCode: 0, resultMessage: 'Success' },
    };
    return { status: 200, body: bodies[settings.tokenShape] };
  }

  function objection(authorization: string | undefined, contentType: string | undefined, form: URLSearchParams) {
    const basic = Buffer.from(`${credentials.basicId}:${credentials.basicSecret}`).toString('base64');
    if (authorization !== `Basic ${basic}`) return failure(401, 'unauthorized', 'Bad credentials');
    if (!contentType?.startsWith('application/x-www-form-urlencoded'))
      return failure(400, 'invalid_request', 'Form expected');
    if (form.get('grant_type') !== 'password') return failure(400, 'unsupported_grant_type', 'Unsupported grant type');
    if (locked) return failure(400, 'invalid_grant', 'User account is locked');
    const right = (['username', 'password', 'clientId'] as const).every(
      (field) => form.get(field) === credentials[field],
    );
    return right ? undefined : failure(400, 'invalid_grant', 'Bad credentials');
  }

  function refuse(): void {
    counts.refused += 1;
    failuresInARow += 1;
    if (failuresInARow < lockAt || locked) return;
    locked = true;
    counts.lockOuts += 1;
  }

  function accept(): LoginReply {
    failuresInARow = 0;
    counts.accepted += 1;
    return issue();
  }

  async function login(authorization: string | undefined, contentType: string | undefined, form: URLSearchParams) {
    counts.logins += 1;
    await wait(settings.loginMs);
    if (collided) {
      tokens.clear();
      return failure(500, 'server_error', 'Internal Server Error');
    }
    const refusal = objection(authorization, contentType, form);
    if (refusal) refuse();
    return refusal ?? accept();
  }

  return {
    login,
    isValid,
    /** A login request arrived; it is in flight until its answer is out or its connection gone. */
    enter: () => {
      inFlight += 1;
      counts.maxLoginsInFlight = Math.max(counts.maxLoginsInFlight, inFlight);
      collided ||= settings.breakConcurrent && inFlight > 1;
    },
    leave: () => {
      inFlight -= 1;
      if (inFlight === 0) collided = false;
    },
    /** A login that a fault answered. The severest reading: EnKash refused it, whatever page an edge put in front. */
    countSpoilt: () => {
      counts.spoiltLogins += 1;
      refuse();
    },
    /** Every token dies before its time. */
    revoke: () => tokens.clear(),
    unlock: () => {
      locked = false;
      failuresInARow = 0;
    },
    stats: () => ({ ...counts, loginsInFlight: inFlight, failuresInARow, locked }),
  };
}
