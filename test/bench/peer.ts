/**
 * The peers' function: P3 as it stands, P1 by the usual defaults, P2 inside AWS's Powertools (peer-powertools.mjs). The same function written the usual way (SDK client, middy, zod, fetch) and bundled by the usual best
 * advice (ESM, minified, the SDK's module build). Kinder to it than most code is: zod as a namespace, middy's core with
 * two middlewares of a few lines, no Powertools. It has no login gate, no failure shapes, no budget.
 */
import { createCipheriv, createDecipheriv, createHash } from 'node:crypto';
import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import middy, { type MiddlewareObj } from '@middy/core';
import * as z from 'zod';
import { HttpError } from './peer-error.ts';
import { post } from './peer-post.ts';
import { answerSchema, payloadSchema } from './peer-schemas.ts';

const names = z.string().transform((text) => z.record(z.string(), z.string()).parse(JSON.parse(text)));
const grantSchema = z.object({ partner: z.string(), companyId: z.string() });
const grantsSchema = z.record(z.string(), z.object({ grants: z.array(grantSchema) }));
const settings = z
  .object({
    CALLERS: names,
    PARTNER_SECRETS: names,
    GRANTS: z.string().transform((text) => grantsSchema.parse(JSON.parse(text))),
    ENKASH_API_URL: z.url(),
    ENKASH_TOKEN_URL: z.url(),
  })
  .parse(process.env);
const secretSchema = z.object({
  partnerId: z.string(),
  basicId: z.string(),
  basicSecret: z.string(),
  username: z.string(),
  password: z.string(),
  clientId: z.string(),
  encryptionSecret: z.string(),
});
type Secret = z.infer<typeof secretSchema>;
const eventSchema = z.object({
  pathParameters: z.object({
    companyId: z.string().regex(/^CEK[A-Z0-9]{7}$/),
    cardAccountId: z.string().regex(/^CA[A-Za-z0-9]{1,62}$/),
  }),
  requestContext: z.object({
    requestId: z.string(),
    authorizer: z.object({ claims: z.object({ client_id: z.string(), scope: z.string() }) }),
  }),
});
type Event = z.infer<typeof eventSchema>;
type Response = { statusCode: number; headers: Record<string, string>; body: string };

const secrets = new SecretsManagerClient({});
const secretCache = new Map<string, Secret>();
const tokenCache = new Map<string, { text: string; until: number }>();

async function secretOf(partner: string): Promise<Secret> {
  const known = secretCache.get(partner);
  if (known) return known;
  const found = await secrets.send(new GetSecretValueCommand({ SecretId: settings.PARTNER_SECRETS[partner] }));
  const secret = secretSchema.parse(JSON.parse(found.SecretString ?? '{}'));
  secretCache.set(partner, secret);
  return secret;
}

async function tokenOf(partner: string, secret: Secret): Promise<string> {
  const known = tokenCache.get(partner);
  if (known && known.until > Date.now()) return known.text;
  const { username, password, clientId } = secret;
  const form = new URLSearchParams({ username, password, grant_type: 'password', clientId }).toString();
  const reply = await post(`${settings.ENKASH_TOKEN_URL}/oauth/token`, form, {
    authorization: `Basic ${Buffer.from(`${secret.basicId}:${secret.basicSecret}`).toString('base64')}`,
    'content-type': 'application/x-www-form-urlencoded',
  });
  const { access_token: text } = z.object({ access_token: z.string() }).parse(JSON.parse(reply));
  tokenCache.set(partner, { text, until: Date.now() + 240_000 });
  return text;
}

const keyOf = ({ encryptionSecret }: Secret) => createHash('sha256').update(encryptionSecret).digest().subarray(0, 16);

async function readAccount(partner: string, account: Event['pathParameters']) {
  const secret = await secretOf(partner);
  const token = await tokenOf(partner, secret);
  const cipher = createCipheriv('aes-128-ecb', keyOf(secret), null);
  const request = cipher.update(JSON.stringify(account), 'utf8', 'base64') + cipher.final('base64');
  const reply = await post(
    `${settings.ENKASH_API_URL}/api/v0/partner/enKashCard/cardAccount/get`,
    JSON.stringify({ request }),
    { authorization: `Bearer ${token}`, partnerId: secret.partnerId, 'content-type': 'application/json' },
  );
  const wrapped = z.object({ request: z.string() }).parse(JSON.parse(reply));
  const decipher = createDecipheriv('aes-128-ecb', keyOf(secret), null);
  const plain = decipher.update(wrapped.request, 'base64', 'utf8') + decipher.final('utf8');
  const envelope = z.object({ response_code: z.literal(0), payload: payloadSchema }).parse(JSON.parse(plain));
  return envelope.payload;
}

export async function answer(rawEvent: unknown): Promise<Response> {
  const { pathParameters: account, requestContext } = eventSchema.parse(rawEvent);
  const { client_id: clientId, scope } = requestContext.authorizer.claims;
  if (!scope.split(' ').includes('card-accounts/read')) throw new HttpError(403, 'Forbidden');
  const caller = settings.CALLERS[clientId] ?? '';
  const granted = settings.GRANTS[caller]?.grants.find(({ companyId }) => companyId === account.companyId);
  if (!granted) throw new HttpError(404, 'Not found');
  const read = await readAccount(granted.partner, account);
  const body = JSON.stringify(answerSchema.parse(read));
  console.log(JSON.stringify({ level: 'info', caller, ...account, requestId: requestContext.requestId, status: 200 }));
  return { statusCode: 200, headers: { 'content-type': 'application/json' }, body };
}

export const securityHeaders: MiddlewareObj<unknown, Response> = {
  after: ({ response }) => {
    if (response) Object.assign(response.headers, { 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' });
  },
};
export const errors: MiddlewareObj<unknown, Response> = {
  onError: (request) => {
    const statusCode = request.error instanceof HttpError ? request.error.statusCode : 500;
    console.error(JSON.stringify({ level: 'error', message: request.error?.message, statusCode }));
    request.response = { statusCode, headers: {}, body: JSON.stringify({ message: 'Error' }) };
  },
};

export const handler = middy(answer).use(securityHeaders).use(errors);
