import type { ServerResponse } from 'node:http';
import { setTimeout as wait } from 'node:timers/promises';
import * as z from 'zod';
import { type AccountId, type SandboxAccount, sandboxAccounts } from './enkash-accounts.ts';
import { type CardApiSettings, createCardApi } from './enkash-card-api.ts';
import { type Fault, type FaultPlan, faultPlanSchema, faults } from './enkash-faults.ts';
import { type Credentials, createLoginDesk, type LoginSettings } from './enkash-login.ts';
import { type Exchange, listen, sendJson, type Tls } from './http-server.ts';

/** Made-up credentials, all different, so that a leak of any one of them is recognised in an output. */
export const sandboxCredentials: Credentials = {
  partnerId: 'sandbox-partner-7f3a',
  basicId: 'sandbox-basic-id-19c4',
  basicSecret: 'sandbox-basic-secret-8e2b55d0',
  username: 'sandbox-user-4410',
  password: 'sandbox-password-c6d7e8f9',
  clientId: 'sandbox-client-52aa',
  encryption: 'aes-128-ecb',
  encryptionSecret: 'sandbox-encryption-secret-b1946ac9',
};

export type SandboxSettings = LoginSettings & CardApiSettings;
const defaultSettings: SandboxSettings = {
  tokenLifeSeconds: 300,
  claimedLifeSeconds: 86_399,
  tokenShape: 'oauth',
  sameToken: true,
  breakConcurrent: false,
  loginMs: 5,
  encryption: 'aes-128-ecb',
  wrapper: 'request',
  stringify: 1,
  unknownAccount: '404',
};

export type SandboxOptions = {
  readonly port?: number;
  readonly tls?: Tls;
  /** Path before EnKash's own paths, such as `/uat`. @default none */
  readonly prefix?: string;
  readonly credentials?: Partial<Credentials>;
  readonly settings?: Partial<SandboxSettings>;
  readonly accounts?: readonly SandboxAccount[];
  /** Milliseconds since the epoch, for token life. @default Date.now */
  readonly now?: () => number;
};

const cardPath = '/api/v0/partner/enKashCard/cardAccount/get';
const passwordSchema = z.strictObject({ password: z.string() });
const balanceSchema = z.strictObject({
  companyId: z.string(),
  cardAccountId: z.string(),
  availableBalance: z.number().exactOptional(),
  availableCardBalance: z.number().exactOptional(),
});
const settingsSchema = z.strictObject({
  tokenLifeSeconds: z.number().exactOptional(),
  claimedLifeSeconds: z.number().exactOptional(),
  tokenShape: z.enum(['oauth', 'camel', 'result']).exactOptional(),
  sameToken: z.boolean().exactOptional(),
  breakConcurrent: z.boolean().exactOptional(),
  loginMs: z.number().exactOptional(),
  encryption: z.enum(['off', 'aes-128-ecb', 'aes-128-ecb-raw']).exactOptional(),
  wrapper: z.enum(['request', 'response']).exactOptional(),
  stringify: z.union([z.literal(1), z.literal(2)]).exactOptional(),
  unknownAccount: z.enum(['404', 'business-failure']).exactOptional(),
});

const lose = (response: ServerResponse, how: 'hang' | 'reset' | 'half-body', body = '') => {
  if (how === 'reset') response.socket?.resetAndDestroy();
  if (how !== 'half-body') return;
  response.writeHead(200, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) + 32 });
  response.write(body.slice(0, body.length / 2), () => response.socket?.destroy());
};

/**
 * A server that behaves as enkash-api.md says, lock-out included. Tests drive it by the methods returned here; a person
 * drives it by `POST /__faults`, `/__settings`, `/__password`, `/__unlock`, `/__revoke`, `/__balance` and `GET /__stats`.
 */
export async function startEnkashSandbox(options: SandboxOptions = {}) {
  const { prefix = '', accounts = sandboxAccounts, now = Date.now } = options;
  const credentials: Credentials = { ...sandboxCredentials, ...options.credentials };
  const settings = { ...defaultSettings, encryption: credentials.encryption, ...options.settings };
  const desk = createLoginDesk(credentials, settings, now);
  const cards = createCardApi(credentials, settings, accounts, desk.isValid);
  let plan: FaultPlan = {};

  /** The fault for this request, counted against `times`. */
  function takeFault(target: 'token' | 'api'): Fault | undefined {
    const name = plan[target];
    if (name === undefined) return undefined;
    if (plan.times !== undefined) plan = plan.times > 1 ? { ...plan, times: plan.times - 1 } : {};
    return faults.get(name);
  }

  async function serve(
    target: 'token' | 'api',
    { response }: Exchange,
    process: (fault?: Fault) => Promise<Processed>,
  ) {
    const { delayMs = 0, retryAfter } = plan;
    const fault = takeFault(target);
    if (delayMs > 0) await wait(delayMs);
    if (fault?.kind === 'before') return lose(response, fault.how);
    if (fault?.kind === 'reply') {
      cards.countSpoilt(target);
      const wait = retryAfter && [429, 503].includes(fault.status) ? { 'retry-after': `${retryAfter}` } : {};
      response.writeHead(fault.status, { 'content-type': fault.type, ...fault.headers, ...wait }).end(fault.body());
      return;
    }
    const { status, text } = await process(fault);
    if (fault?.kind === 'after') return lose(response, fault.how, text);
    response.writeHead(status, { 'content-type': 'application/json' }).end(text);
  }

  const token = (exchange: Exchange) =>
    serve('token', exchange, async () => {
      const { authorization, 'content-type': type } = exchange.headers;
      const { status, body } = await desk.login(authorization, type, new URLSearchParams(exchange.body.toString()));
      return { status, text: JSON.stringify(body) };
    });
  const card = (exchange: Exchange) => serve('api', exchange, async (fault) => cards.answer(exchange, fault));

  const stats = () => ({ ...desk.stats(), ...cards.stats() });
  const setFaults = (next: FaultPlan) => {
    plan = next;
  };
  const setPassword = (password: string) => {
    credentials.password = password;
  };
  const setBalance = (id: AccountId & { availableBalance?: number; availableCardBalance?: number }) => cards.change(id);
  const change = (next: Partial<SandboxSettings>) => {
    Object.assign(settings, next);
  };

  const json = (exchange: Exchange): unknown => JSON.parse(exchange.body.toString() || '{}');
  const routes: Record<string, (exchange: Exchange) => unknown> = {
    [`POST ${prefix}/oauth/token`]: token,
    [`POST ${prefix}${cardPath}`]: card,
    'GET /__stats': stats,
    'POST /__faults': (exchange) => setFaults(faultPlanSchema.parse(json(exchange))),
    'POST /__settings': (exchange) => change(settingsSchema.parse(json(exchange))),
    'POST /__password': (exchange) => setPassword(passwordSchema.parse(json(exchange)).password),
    'POST /__unlock': desk.unlock,
    'POST /__revoke': desk.revoke,
    'POST /__balance': (exchange) => setBalance(balanceSchema.parse(json(exchange))),
  };

  const listener = await listen(async (exchange) => {
    const { method, url, response } = exchange;
    const route = routes[`${method} ${url.pathname}`];
    if (!route) return sendJson(response, 404, { error: 'Not Found', path: url.pathname });
    if (!url.pathname.startsWith('/__')) return void (await route(exchange));
    try {
      sendJson(response, 200, route(exchange) ?? stats());
    } catch (error) {
      sendJson(response, 400, { error: error instanceof z.ZodError ? z.prettifyError(error) : 'not JSON' });
    }
  }, options);

  return {
    /** Origin with prefix: what ENKASH_API_URL and ENKASH_TOKEN_URL take. */
    url: listener.url + prefix,
    port: listener.port,
    credentials,
    accounts: accounts.map(({ companyId, cardAccountId }) => ({ companyId, cardAccountId })),
    stats,
    setFaults,
    setPassword,
    setBalance,
    change,
    unlock: desk.unlock,
    revokeTokens: desk.revoke,
    close: listener.close,
  };
}

type Processed = { readonly status: number; readonly text: string };
export type EnkashSandbox = Awaited<ReturnType<typeof startEnkashSandbox>>;
