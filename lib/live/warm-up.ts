import { setTimeout as sleep } from 'node:timers/promises';
import type { ApiHandler, HttpDeps } from '../api/api-handler.ts';
import type { Route } from '../api/routes/route.ts';
import { WARM_UP_MS } from '../budgets.ts';
import { createCipher } from '../enkash/cipher.ts';
import { createEnkashClient, type EnkashClient } from '../enkash/client.ts';
import type { SessionSource } from '../enkash/session.ts';
import type { Grants } from '../grants.ts';

type AccountDeps = HttpDeps & { readonly grants: Grants; readonly enkash: EnkashClient };

/**
 * Does in init, where Lambda gives a full core whatever the memory, what the first request would otherwise pay for:
 * secret, shared token and connection are fetched, and the handler answers one made-up request without any network.
 * Never logs in, never rejects.
 * @returns the dependencies it was given
 */
export async function warmUp<D extends AccountDeps>(
  deps: D,
  createHandler: (deps: D) => ApiHandler,
  route: Pick<Route, 'account'>,
): Promise<D> {
  const partners = new Set(Object.values(deps.grants).flatMap(({ grants }) => grants.map(({ partner }) => partner)));
  const over = new AbortController();
  await Promise.race([
    Promise.allSettled([rehearse(deps, createHandler, rehearsalEvent(route)), deps.enkash.prepare([...partners])]),
    sleep(WARM_UP_MS, undefined, { signal: over.signal }).catch(() => undefined),
  ]);
  over.abort();
  return deps;
}

const account = { companyId: 'CEK0000000', cardAccountId: 'CA0' };
const credentials = {
  versionId: '',
  partnerId: 'rehearsal',
  basicId: '',
  basicSecret: '',
  username: '',
  password: '',
  clientId: '',
  encryption: 'aes-128-ecb',
  encryptionSecret: 'rehearsal',
} as const;
const payload = { ...account, availableBalance: 0, totalCards: 0, accountType: { name: '' }, creditLimit: 0.5 };

const sessions: SessionSource = {
  preload: async () => {},
  get: async () => ({ token: 'rehearsal', credentials, expiresAt: Number.POSITIVE_INFINITY }),
  accepted: async () => {},
  renew: async ({ session }) => session,
};

async function rehearse<D extends AccountDeps>(
  deps: D,
  createHandler: (deps: D) => ApiHandler,
  event: unknown,
): Promise<void> {
  const reply = { request: createCipher(credentials).encrypt(JSON.stringify({ response_code: 0, payload })) };
  const enkash = createEnkashClient({
    send: async () => ({
      kind: 'reply',
      status: 200,
      contentType: 'application/json',
      retryAfter: undefined,
      headers: {},
      body: Buffer.from(JSON.stringify(reply)),
    }),
    preconnect: async () => {},
    sessions,
    accountUrl: 'https://rehearsal.invalid',
    notFoundCodes: [],
    now: deps.now,
    sleep: async () => {},
    random: () => 0,
    onCall: () => {},
    onResidues: () => {},
  });
  const handler = createHandler({
    ...deps,
    enkash,
    callers: { rehearsal: 'rehearsal' },
    grants: { rehearsal: { grants: [{ partner: 'rehearsal', companyId: account.companyId }] } },
    log: (level, event, fields) => JSON.stringify({ level, event, ...fields }),
    metric: () => {},
    later: () => {},
  });
  await handler(event, { awsRequestId: 'rehearsal' });
}

const rehearsalParts = {
  params: { pathParameters: account },
  body: { body: JSON.stringify(account) },
  each: { body: JSON.stringify({ accounts: [account] }) },
};

const rehearsalEvent = (route: Pick<Route, 'account'>) => ({
  headers: { 'Content-Type': 'application/json' },
  ...rehearsalParts[route.account ?? 'params'],
  requestContext: {
    requestId: 'rehearsal',
    authorizer: { claims: { client_id: 'rehearsal', scope: 'card-accounts/read card-accounts/full' } },
  },
});
