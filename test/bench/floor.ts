/** F1, the floor: the same function with no dependency at all, the request to Secrets Manager signed by hand. */
import { createCipheriv, createDecipheriv, createHash, createHmac } from 'node:crypto';
import http from 'node:http';
import https from 'node:https';

type Secret = Record<'partnerId' | 'basicId' | 'basicSecret' | 'username' | 'password' | 'clientId', string> & {
  encryptionSecret: string;
};
type Account = { companyId: string; cardAccountId: string };
type Event = {
  pathParameters: Account;
  requestContext: { requestId: string; authorizer: { claims: { client_id: string; scope: string } } };
};

const { env } = process;
const callers = JSON.parse(env.CALLERS ?? '');
const secretIds = JSON.parse(env.PARTNER_SECRETS ?? '');
const grants = JSON.parse(env.GRANTS ?? '');
const agents = { plain: new http.Agent({ keepAlive: true }), secure: new https.Agent({ keepAlive: true }) };
let secret: Secret | undefined;
let key: Buffer;
let token: { text: string; until: number } | undefined;

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
const hmac = (key: string | Buffer, text: string) => createHmac('sha256', key).update(text).digest();

async function readSecret(id: string): Promise<Secret> {
  const body = JSON.stringify({ SecretId: id });
  const url = new URL(env.AWS_ENDPOINT_URL_SECRETS_MANAGER ?? `https://secretsmanager.${env.AWS_REGION}.amazonaws.com`);
  const time = new Date().toISOString().replace(/[-:]|\.\d+/g, '');
  const day = time.slice(0, 8);
  const scope = `${day}/${env.AWS_REGION}/secretsmanager/aws4_request`;
  const headers: Record<string, string> = {
    'content-type': 'application/x-amz-json-1.1',
    host: url.host,
    'x-amz-date': time,
    'x-amz-security-token': env.AWS_SESSION_TOKEN ?? '',
    'x-amz-target': 'secretsmanager.GetSecretValue',
  };
  const names = Object.keys(headers).join(';');
  const canonical = Object.entries(headers)
    .map(([name, value]) => `${name}:${value}\n`)
    .join('');
  const request = `POST\n/\n\n${canonical}\n${names}\n${sha256(body)}`;
  const signingKey = [day, env.AWS_REGION ?? '', 'secretsmanager', 'aws4_request'].reduce<string | Buffer>(
    hmac,
    `AWS4${env.AWS_SECRET_ACCESS_KEY}`,
  );
  const signature = hmac(signingKey, `AWS4-HMAC-SHA256\n${time}\n${scope}\n${sha256(request)}`).toString('hex');
  const authorization = `AWS4-HMAC-SHA256 Credential=${env.AWS_ACCESS_KEY_ID}/${scope}, SignedHeaders=${names}, Signature=${signature}`;
  const reply = JSON.parse(await post(url, body, { ...headers, authorization }));
  return JSON.parse(reply.SecretString);
}

async function login(credentials: Secret): Promise<string> {
  const { username, password, clientId, basicId, basicSecret } = credentials;
  const body = new URLSearchParams({ username, password, grant_type: 'password', clientId }).toString();
  const reply = await post(new URL(`${env.ENKASH_TOKEN_URL}/oauth/token`), body, {
    authorization: `Basic ${Buffer.from(`${basicId}:${basicSecret}`).toString('base64')}`,
    'content-type': 'application/x-www-form-urlencoded',
  });
  return JSON.parse(reply).access_token;
}

function post(url: URL, body: string, headers: Record<string, string>): Promise<string> {
  const secure = url.protocol === 'https:';
  return new Promise((resolve, reject) => {
    const options = { method: 'POST', agent: secure ? agents.secure : agents.plain, headers, timeout: 3_000 };
    const request = (secure ? https : http).request(url, options, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () => {
        if (response.statusCode === 200) resolve(Buffer.concat(chunks).toString());
        else reject(new Error(`HTTP ${response.statusCode}`));
      });
    });
    request.on('timeout', () => request.destroy(new Error('No answer')));
    request.on('error', reject);
    request.end(body);
  });
}

const money = (value: unknown) => (typeof value === 'number' ? value.toFixed(2) : null);

export async function handler(event: Event) {
  const { pathParameters: account, requestContext } = event;
  const { client_id: clientId, scope } = requestContext.authorizer.claims;
  const granted = grants[callers[clientId]]?.grants.find(
    (grant: { companyId: string }) => grant.companyId === account.companyId,
  );
  if (!scope.split(' ').includes('card-accounts/read') || !granted) return { statusCode: 404, body: '' };

  secret ??= await readSecret(secretIds[granted.partner]);
  key ??= createHash('sha256').update(secret.encryptionSecret).digest().subarray(0, 16);
  if (!token || token.until < Date.now()) token = { text: await login(secret), until: Date.now() + 240_000 };
  const cipher = createCipheriv('aes-128-ecb', key, null);
  const request = cipher.update(JSON.stringify(account), 'utf8', 'base64') + cipher.final('base64');
  const url = new URL(`${env.ENKASH_API_URL}/api/v0/partner/enKashCard/cardAccount/get`);
  const reply = await post(url, JSON.stringify({ request }), {
    authorization: `Bearer ${token.text}`,
    partnerId: secret.partnerId,
    'content-type': 'application/json',
  });
  const decipher = createDecipheriv('aes-128-ecb', key, null);
  const plain = decipher.update(JSON.parse(reply).request, 'base64', 'utf8') + decipher.final('utf8');
  const { response_code: code, payload } = JSON.parse(plain);
  if (code !== 0 || payload.companyId !== account.companyId) return { statusCode: 502, body: '' };

  const { companyName, accountTitle, accountType, totalCards, activeCards } = payload;
  const body = JSON.stringify({
    ...account,
    companyName,
    accountTitle,
    accountType: accountType?.name,
    cards: { total: totalCards, active: activeCards },
    balances: { available: money(payload.availableBalance), availableOnCards: money(payload.availableCardBalance) },
  });
  console.log(JSON.stringify({ level: 'info', ...account, requestId: requestContext.requestId, status: 200 }));
  return { statusCode: 200, headers: { 'content-type': 'application/json', 'cache-control': 'no-store' }, body };
}
