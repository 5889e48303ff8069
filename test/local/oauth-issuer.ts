import { randomUUID } from 'node:crypto';
import { exportJWK, generateKeyPair, type JWTPayload, SignJWT } from 'jose';
import { type Exchange, listen, sendJson } from './http-server.ts';

export type OAuthClient = {
  readonly clientId: string;
  readonly clientSecret: string;
  /** Scopes in full: `card-accounts/read`. */
  readonly scopes: readonly string[];
};
export type IssuerOptions = {
  readonly port?: number;
  /** @default 3600, Cognito's default */
  readonly lifeSeconds?: number;
};

/** An error of RFC 6749 section 5.2. */
type Refusal = { readonly error: string; readonly status?: number };
type Attempt = { readonly id: string; readonly secret: string; readonly basic: boolean };

function attemptOf({ headers }: Exchange, form: URLSearchParams): Attempt {
  const encoded = /^Basic (.+)$/i.exec(headers.authorization ?? '')?.[1];
  if (encoded === undefined)
    return { id: form.get('client_id') ?? '', secret: form.get('client_secret') ?? '', basic: false };
  const [id = '', ...secret] = Buffer.from(encoded, 'base64').toString().split(':');
  return { id: formDecoded(id), secret: formDecoded(secret.join(':')), basic: true };
}

/** RFC 6749, 2.3.1: both are form-encoded before they are joined. A text that is not is taken as it is. */
function formDecoded(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    return text;
  }
}

/** What Cognito publishes of a pool, as far as it is true of client credentials. */
const discovery = (issuer: string, tokenUrl: string) => ({
  issuer,
  token_endpoint: tokenUrl,
  jwks_uri: `${issuer}/.well-known/jwks.json`,
  response_types_supported: ['code', 'token'],
  scopes_supported: ['openid', 'email', 'phone', 'profile'],
  subject_types_supported: ['public'],
  id_token_signing_alg_values_supported: ['RS256'],
  token_endpoint_auth_methods_supported: ['client_secret_basic', 'client_secret_post'],
  grant_types_supported: ['client_credentials'],
});

/**
 * A stand-in for a Cognito user pool with client credentials. It authenticates: a wrong secret is `invalid_client`, a
 * scope the client does not have is `invalid_scope`. Tokens carry the claims of Cognito's access tokens.
 */
export async function startOAuthIssuer(clients: readonly OAuthClient[], options: IssuerOptions = {}) {
  const { lifeSeconds = 3600 } = options;
  const { publicKey, privateKey } = await generateKeyPair('RS256');
  const kid = randomUUID();
  const jwks = { keys: [{ ...(await exportJWK(publicKey)), kid, alg: 'RS256', use: 'sig' }] };

  /** Signs any claims, for tests that need a token Cognito would not make. */
  const sign = (claims: JWTPayload): Promise<string> =>
    new SignJWT(claims).setProtectedHeader({ kid, alg: 'RS256' }).sign(privateKey);

  function claimsOf(client: OAuthClient, scopes: readonly string[]): JWTPayload {
    const now = Math.floor(Date.now() / 1000);
    return {
      sub: client.clientId,
      token_use: 'access',
      scope: scopes.join(' '),
      auth_time: now,
      iss: issuer(),
      exp: now + lifeSeconds,
      iat: now,
      version: 2,
      jti: randomUUID(),
      client_id: client.clientId,
    };
  }

  function judge(exchange: Exchange): { client: OAuthClient; scopes: readonly string[] } | Refusal {
    const form = new URLSearchParams(exchange.body.toString());
    if (!exchange.headers['content-type']?.startsWith('application/x-www-form-urlencoded'))
      return { error: 'invalid_request' };
    const { id, secret, basic } = attemptOf(exchange, form);
    const client = clients.find(({ clientId, clientSecret }) => clientId === id && clientSecret === secret);
    // RFC 6749: 401 where the client used the Authorization header, 400 otherwise.
    if (!client) return { error: 'invalid_client', status: basic ? 401 : 400 };
    const grant = form.get('grant_type');
    if (grant === null) return { error: 'invalid_request' };
    if (grant !== 'client_credentials') return { error: 'unsupported_grant_type' };
    const asked = (form.get('scope') ?? '').split(' ').filter(Boolean);
    if (!asked.every((scope) => client.scopes.includes(scope))) return { error: 'invalid_scope' };
    return { client, scopes: asked.length > 0 ? asked : client.scopes };
  }

  const noStore = { 'cache-control': 'no-store' };
  async function token(exchange: Exchange): Promise<void> {
    const verdict = judge(exchange);
    if ('error' in verdict) {
      const { error, status = 400 } = verdict;
      const challenge = status === 401 ? { 'www-authenticate': 'Basic' } : {};
      return sendJson(exchange.response, status, { error }, { ...noStore, ...challenge });
    }
    const accessToken = await sign(claimsOf(verdict.client, verdict.scopes));
    const body = { access_token: accessToken, expires_in: lifeSeconds, token_type: 'Bearer' };
    sendJson(exchange.response, 200, body, noStore);
  }

  const pool = '/ap-south-1_Local0000';
  const listener = await listen(async (exchange) => {
    const route = `${exchange.method} ${exchange.url.pathname}`;
    if (route === 'POST /oauth2/token') return token(exchange);
    if (route === `GET ${pool}/.well-known/jwks.json`) return sendJson(exchange.response, 200, jwks);
    if (route === `GET ${pool}/.well-known/openid-configuration`)
      return sendJson(exchange.response, 200, discovery(issuer(), `${listener.url}/oauth2/token`));
    sendJson(exchange.response, 404, { error: 'not_found' });
  }, options);
  const issuer = () => listener.url + pool;

  return {
    issuer: issuer(),
    jwksUrl: `${issuer()}/.well-known/jwks.json`,
    tokenUrl: `${listener.url}/oauth2/token`,
    sign,
    close: listener.close,
  };
}
export type OAuthIssuer = Awaited<ReturnType<typeof startOAuthIssuer>>;
