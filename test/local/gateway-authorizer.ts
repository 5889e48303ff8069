import { createRemoteJWKSet, errors, type JWTPayload, jwtVerify } from 'jose';

/** Whether a request may reach its function; `refused` names API Gateway's response type. */
type Verdict =
  | { readonly claims?: Record<string, string> }
  | { readonly refused: 'UNAUTHORIZED' | 'EXPIRED_TOKEN' | 'ACCESS_DENIED' };
export type Authorizer = (authorization: string | undefined, scopes: readonly string[] | null) => Promise<Verdict>;

/** `Wed May 01 13:10:22 UTC 2024`: the gateway prints `exp` and `iat` as Java prints a date. */
function javaDate(seconds: number): string {
  const [, weekday, day, month, year, time] =
    /(\w+), (\d+) (\w+) (\d+) ([\d:]+)/.exec(new Date(seconds * 1000).toUTCString()) ?? [];
  return `${weekday} ${month} ${day} ${time} UTC ${year}`;
}

/** Every claim reaches the function as text. */
const asText = (claims: JWTPayload): Record<string, string> =>
  Object.fromEntries(
    Object.entries(claims).map(([name, value]) => [
      name,
      (name === 'exp' || name === 'iat') && typeof value === 'number' ? javaDate(value) : String(value),
    ]),
  );

/**
 * What a COGNITO_USER_POOLS authorizer with scopes does: signature, issuer, expiry, an access token, and one of the
 * method's scopes. `Bearer ` may be left out, as there.
 */
export function createAuthorizer({ issuer, jwksUrl }: { issuer: string; jwksUrl: string }): Authorizer {
  const keys = createRemoteJWKSet(new URL(jwksUrl));
  return async (authorization, scopes) => {
    if (scopes === null) return {};
    const token = authorization?.replace(/^Bearer /i, '') ?? '';
    try {
      const { payload } = await jwtVerify(token, keys, { issuer, algorithms: ['RS256'] });
      const { token_use: use, scope } = payload;
      if (use !== 'access') return { refused: 'UNAUTHORIZED' };
      const held = String(scope).split(' ');
      return scopes.some((wanted) => held.includes(wanted))
        ? { claims: asText(payload) }
        : { refused: 'ACCESS_DENIED' };
    } catch (error) {
      return { refused: error instanceof errors.JWTExpired ? 'EXPIRED_TOKEN' : 'UNAUTHORIZED' };
    }
  };
}
