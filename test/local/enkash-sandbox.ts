import type { ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { setTimeout as wait } from 'node:timers/promises';
import { type SandboxAccount, sandboxAccounts } from './enkash-accounts.ts';
import { type CardApiSettings, type CardReply, createCardApi } from './enkash-card-api.ts';
import { answerControl, type SandboxControls } from './enkash-controls.ts';
import { type Fault, type FaultPlan, faults } from './enkash-faults.ts';
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

/** The answer gets lost on its way: nothing, a reset, or half of it. */
function lose(response: ServerResponse, how: 'hang' | 'reset' | 'half-body' | 'not-http', text = ''): void {
  if (how === 'not-http') response.socket?.end('SSH-2.0-OpenSSH_9.6\r\n');
  if (how === 'reset') response.socket?.resetAndDestroy();
  if (how !== 'half-body') return;
  response.writeHead(200, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) + 32 });
  response.write(text.slice(0, text.length / 2), () => response.socket?.destroy());
}

/**
 * A server that behaves as enkash-api.md says, lock-out included. Tests drive it by the methods returned here; a person
 * drives it by the routes of enkash-controls.ts.
 */
export async function startEnkashSandbox(options: SandboxOptions = {}) {
  const { prefix = '', accounts = sandboxAccounts, now = Date.now } = options;
  const credentials: Credentials = { ...sandboxCredentials, ...options.credentials };
  const settings = { ...defaultSettings, encryption: credentials.encryption, ...options.settings };
  const desk = createLoginDesk(credentials, settings, now);
  const cards = createCardApi(credentials, settings, accounts, desk.isValid);
  let plan: FaultPlan = {};
  const used = new WeakSet<Duplex>();

  /** Whether this is a connection's first request. */
  function isFresh(socket: Duplex | null): boolean {
    if (socket === null || used.has(socket)) return false;
    used.add(socket);
    return true;
  }

  /** The fault for this request, counted against `times`; else what its account always does. */
  function takeFault(target: 'token' | 'api', exchange: Exchange): { fault?: Fault | undefined; retryAfter?: number } {
    const { [target]: name, retryAfter } = plan;
    if (name !== undefined) {
      if (plan.times !== undefined) plan = plan.times > 1 ? { ...plan, times: plan.times - 1 } : {};
      return { fault: faults.get(name), ...(retryAfter && { retryAfter }) };
    }
    const practice = target === 'api' ? cards.practiceFor(exchange) : undefined;
    return practice?.fault ? { ...practice, fault: faults.get(practice.fault) } : {};
  }

  /** @param honest what EnKash answers when nothing is wrong, or when what is wrong happens after it */
  async function serve(
    target: 'token' | 'api',
    exchange: Exchange,
    honest: (fault?: Fault) => Promise<CardReply> | CardReply,
  ): Promise<void> {
    const { response } = exchange;
    const fresh = isFresh(response.socket);
    const { delayMs = 0 } = plan;
    const { fault, retryAfter } = takeFault(target, exchange);
    if (delayMs > 0) await wait(delayMs);
    if (fault?.kind === 'dead-socket' && !fresh) return;
    if (fault?.kind === 'before') return lose(response, fault.how);
    if (fault?.kind === 'reply') {
      const { status, type, headers } = fault;
      if (!fault.turnedAway) (target === 'token' ? desk : cards).countSpoilt();
      const later = retryAfter && [429, 503].includes(status) ? { 'retry-after': `${retryAfter}` } : {};
      response.writeHead(status, { 'content-type': type, ...headers, ...later }).end(fault.body());
      return;
    }
    const { status, text } = await honest(fault);
    if (fault?.kind === 'after') return lose(response, fault.how, text);
    const { headers = {}, wrap = String } = fault?.kind === 'wrap' ? fault : {};
    response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(wrap(text));
  }

  function token(exchange: Exchange): Promise<void> {
    const { authorization, 'content-type': type } = exchange.headers;
    desk.enter();
    exchange.response.once('close', desk.leave);
    return serve('token', exchange, async () => {
      const { status, body } = await desk.login(authorization, type, new URLSearchParams(exchange.body.toString()));
      return { status, text: JSON.stringify(body) };
    });
  }

  const controls = {
    stats: () => ({ ...desk.stats(), ...cards.stats() }),
    setFaults: (next) => {
      plan = next;
    },
    change: (next) => void Object.assign(settings, next),
    setPassword: (password) => {
      credentials.password = password;
    },
    unlock: desk.unlock,
    revokeTokens: desk.revoke,
    setBalance: cards.change,
  } satisfies SandboxControls;

  const listener = await listen((exchange) => {
    const { method, url, response } = exchange;
    if (url.pathname.startsWith('/__')) return answerControl(exchange, controls);
    const route = `${method} ${url.pathname}`;
    if (route === `POST ${prefix}/oauth/token`) return token(exchange);
    if (route === `POST ${prefix}${cardPath}`) return serve('api', exchange, (fault) => cards.answer(exchange, fault));
    sendJson(response, 404, { error: 'Not Found', path: url.pathname });
  }, options);

  return {
    ...controls,
    /** Origin with prefix: what ENKASH_API_URL and ENKASH_TOKEN_URL take. */
    url: listener.url + prefix,
    port: listener.port,
    credentials,
    accounts: accounts.map(({ companyId, cardAccountId }) => ({ companyId, cardAccountId })),
    close: listener.close,
  };
}
export type EnkashSandbox = Awaited<ReturnType<typeof startEnkashSandbox>>;
