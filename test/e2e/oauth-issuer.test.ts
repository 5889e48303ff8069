import { createRemoteJWKSet, jwtVerify } from 'jose';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import * as z from 'zod';
import { type OAuthIssuer, startOAuthIssuer } from '../local/oauth-issuer.ts';

const clients = [
  { clientId: 'all', clientSecret: 'local-a:b', scopes: ['card-accounts/read', 'card-accounts/full'] },
  { clientId: 'reader', clientSecret: 'local-r', scopes: ['card-accounts/read'] },
];
const tokenSchema = z.object({ access_token: z.string(), expires_in: z.number(), token_type: z.literal('Bearer') });
let issuer: OAuthIssuer;
beforeAll(async () => {
  issuer = await startOAuthIssuer(clients);
});
afterAll(() => issuer.close());

const ask = (form: Record<string, string>, basic?: string) =>
  fetch(issuer.tokenUrl, {
    method: 'POST',
    headers: basic === undefined ? {} : { authorization: `Basic ${btoa(basic)}` },
    body: new URLSearchParams(form),
  });
const grant = { grant_type: 'client_credentials' };

async function claimsOf(response: Response) {
  const { access_token: token } = tokenSchema.parse(await response.json());
  const { payload, protectedHeader } = await jwtVerify(token, createRemoteJWKSet(new URL(issuer.jwksUrl)));
  return { payload, protectedHeader };
}

describe('token endpoint', () => {
  test("makes Cognito's access token claims, for Basic and for body credentials", async () => {
    const basic = await claimsOf(await ask(grant, 'all:local-a:b'));
    expect(basic.protectedHeader).toEqual({ alg: 'RS256', kid: expect.any(String) });
    expect(basic.payload).toEqual({
      sub: 'all',
      client_id: 'all',
      token_use: 'access',
      scope: 'card-accounts/read card-accounts/full',
      iss: issuer.issuer,
      version: 2,
      auth_time: expect.any(Number),
      iat: expect.any(Number),
      exp: Number(basic.payload.iat) + 3600,
      jti: expect.stringMatching(/^[0-9a-f-]{36}$/),
    });
    const body = await claimsOf(await ask({ ...grant, client_id: 'reader', client_secret: 'local-r' }));
    expect(body.payload).toMatchObject({ client_id: 'reader', scope: 'card-accounts/read' });
  });

  test('undoes the form encoding of Basic credentials (RFC 6749, 2.3.1)', async () => {
    expect((await ask(grant, 'all:local%2Da%3Ab')).status).toBe(200);
    expect((await ask(grant, 'all:local-a%3')).status).toBe(401);
  });

  test('is found by its discovery document', async () => {
    const found = await fetch(`${issuer.issuer}/.well-known/openid-configuration`);
    expect(await found.json()).toMatchObject({
      issuer: issuer.issuer,
      token_endpoint: issuer.tokenUrl,
      jwks_uri: issuer.jwksUrl,
    });
  });

  test('gives only the scopes that were asked for', async () => {
    const { payload } = await claimsOf(await ask({ ...grant, scope: 'card-accounts/full' }, 'all:local-a:b'));
    expect(payload).toMatchObject({ scope: 'card-accounts/full' });
  });

  test.each([
    ['a wrong secret', grant, 'all:guess', 401, 'invalid_client'],
    ['an unknown client', { ...grant, client_id: 'x', client_secret: 'local-r' }, undefined, 400, 'invalid_client'],
    ['no credentials', grant, undefined, 400, 'invalid_client'],
    ['a foreign scope', { ...grant, scope: 'card-accounts/full' }, 'reader:local-r', 400, 'invalid_scope'],
    ['another grant', { grant_type: 'password' }, 'reader:local-r', 400, 'unsupported_grant_type'],
    ['no grant', {}, 'reader:local-r', 400, 'invalid_request'],
  ])('refuses %s', async (_, form, basic, status, error) => {
    const response = await ask(form, basic);
    expect(response.status).toBe(status);
    expect(response.headers.get('cache-control')).toBe('no-store');
    expect(await response.json()).toEqual({ error });
  });
});
