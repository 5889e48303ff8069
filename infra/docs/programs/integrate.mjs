// Node >= 20, nothing to install. The typed client of this project does all of this for you.
// CEKTEST001, CATEST001 and CATESTLIMITED are of the local stage: put your own in.
import { setTimeout as wait } from 'node:timers/promises';

const { API_URL, TOKEN_URL, CLIENT_ID, CLIENT_SECRET } = process.env;
const accounts = '/v1/companies/CEKTEST001/card-accounts';
const account = `${accounts}/CATEST001`;

// 1. A token lives for an hour: keep it, and get the next one a minute before its end.
let token = { text: '', endsAt: 0 };
async function freshToken() {
  if (Date.now() < token.endsAt - 60_000) return token.text;
  const response = await fetch(TOKEN_URL, {
    method: 'POST',
    headers: { authorization: `Basic ${btoa(`${CLIENT_ID}:${CLIENT_SECRET}`)}` },
    body: new URLSearchParams({ grant_type: 'client_credentials' }),
    signal: AbortSignal.timeout(15_000),
  });
  if (!response.ok) throw new Error(`No token: ${response.status}`);
  const { access_token: text, expires_in: seconds } = await response.json();
  token = { text, endsAt: Date.now() + seconds * 1000 };
  return text;
}

// 4. Retry what is retryable, after Retry-After, and not for ever; on a 401 once, with a new token.
async function call(path, options = {}, triesLeft = 2) {
  const headers = { authorization: `Bearer ${await freshToken()}` };
  const response = await fetch(API_URL + path, { ...options, headers, signal: AbortSignal.timeout(15_000) });
  if (response.ok) return response.status === 204 ? undefined : response.json();
  const problem = await response.json();
  if (response.status === 401 && triesLeft > 0) {
    token.endsAt = 0;
    return call(path, options, 0);
  }
  if (!problem.retryable || triesLeft === 0) throw Object.assign(new Error(problem.title), problem);
  await wait(Number(response.headers.get('retry-after') ?? 1) * 1000);
  return call(path, options, triesLeft - 1);
}

// 2. The first read. Amounts are decimal texts: never make them a float to add them up.
const live = await call(account);
console.log(live.balances.available, live.freshness.source);

// 3. An answer of up to a minute ago will do.
const recent = await call(`${account}?maxAge=60`);
console.log(recent.balances.available, recent.freshness.source, recent.freshness.ageSeconds < 60);

const failure = await call(`${accounts}/CATESTLIMITED`).catch((problem) => problem);
console.log(failure.code, failure.retryable);

// 5. Watch the account. 6. What happened since.
await call(`${account}/watch`, { method: 'PUT' });
const { items } = await call('/v1/events?companyId=CEKTEST001');
console.log('watched', Array.isArray(items));
