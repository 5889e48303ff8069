import type { AttemptOptions } from './attempts.ts';
import { pagesOf } from './pages.ts';
import { type CallOptions, createSend, type Send } from './requests.ts';
import { createTokenSource, type TokenOptions } from './token.ts';
import type {
  AccountId,
  BalanceAsOf,
  BalanceEvent,
  BatchItem,
  CardAccount,
  CompanyDay,
  CompanyDayPage,
  DayBalance,
  DayPage,
  ListedAccount,
  Page,
  RuleInput,
  SlotBalance,
  SlotPage,
  Watch,
  WatchItem,
} from './types.ts';

export type ClientOptions = TokenOptions & {
  /** The stack's ApiUrl, `https://….execute-api.ap-south-1.amazonaws.com/uat`. */
  readonly url: string;
  /** @default globalThis.fetch */
  readonly fetch?: typeof fetch;
  /** Of one attempt. @default 15000 */
  readonly timeoutMs?: number;
  /** @default 3 */
  readonly maxAttempts?: number;
  /** Between two attempts. @default 10000 */
  readonly maxWaitMs?: number;
  /** Epoch ms. @default Date.now */
  readonly now?: () => number;
};

/** How old an answer may be, in seconds. */
type ReadOptions = CallOptions & {
  /** Up to this age no call to EnKash is made. @default 0 */
  readonly maxAge?: number;
  /** When EnKash cannot be read, the last answer up to this age. */
  readonly staleIfError?: number;
};
/** Bounds are RFC 3339 instants with offset, or IST dates; `to` is exclusive. */
type SpanOptions = CallOptions & { readonly from?: string; readonly to?: string; readonly limit?: number };
type Rules = { readonly rules?: Readonly<Record<string, RuleInput>> };
type PutWatchOptions = CallOptions & {
  /** The ETag that the watch must still have. @throws ApiError PRECONDITION_FAILED */
  readonly ifMatch?: string;
  /** Only where there is no watch yet. @throws ApiError PRECONDITION_FAILED */
  readonly ifNew?: boolean;
};
export type TaggedWatch = { readonly watch: Watch; readonly etag: string | null };

const companyPath = (companyId: string) => `/v1/companies/${encodeURIComponent(companyId)}`;
const accountPath = ({ companyId, cardAccountId }: AccountId) =>
  `${companyPath(companyId)}/card-accounts/${encodeURIComponent(cardAccountId)}`;

export type Client = ReturnType<typeof createClient>;

/**
 * The API of one stage for one caller. Every method throws ApiError for a problem of the service, ConnectionError when no
 * answer came, TokenError when there is no token; reads and changes that are safe to repeat are repeated first.
 */
export function createClient(options: ClientOptions) {
  const attempts: AttemptOptions = {
    // Called as a method of another object, a browser's fetch throws.
    fetch: options.fetch ?? ((input, init) => fetch(input, init)),
    timeoutMs: options.timeoutMs ?? 15_000,
    maxAttempts: options.maxAttempts ?? 3,
    maxWaitMs: options.maxWaitMs ?? 10_000,
    now: options.now ?? Date.now,
  };
  const send = createSend(options.url, createTokenSource(options, attempts), attempts);
  return { ...accountMethods(send), ...watchMethods(send), ...historyMethods(send) };
}

function accountMethods(send: Send) {
  const get = { method: 'GET', repeatable: true } as const;
  return {
    /** One account, live unless `maxAge` says otherwise; `view: 'full'` needs the scope card-accounts/full. */
    async getCardAccount(account: AccountId, options: ReadOptions & { readonly view?: 'summary' | 'full' } = {}) {
      const { view, maxAge, staleIfError, ...call } = options;
      const query = { view, maxAge, staleIfError };
      return (await send<CardAccount>({ ...get, ...call, path: accountPath(account), query })).body;
    },

    /** Up to 25 accounts in the order asked; each has its account or its problem. */
    async getCardAccounts(accounts: readonly AccountId[], options: ReadOptions = {}) {
      const { maxAge, staleIfError, ...call } = options;
      const body = { accounts, maxAge, staleIfError };
      const path = '/v1/card-accounts/batch';
      const answer = await send<{ items: BatchItem[] }>({ ...call, method: 'POST', repeatable: true, path, body });
      return answer.body.items;
    },

    /** The caller's accounts of a company with the last balances known here. */
    listCardAccounts(companyId: string, { limit, ...call }: CallOptions & { readonly limit?: number } = {}) {
      const path = `${companyPath(companyId)}/card-accounts`;
      return pagesOf<ListedAccount, Page<ListedAccount>>(
        async (cursor) => (await send<Page<ListedAccount>>({ ...get, ...call, path, query: { limit, cursor } })).body,
      );
    },
  };
}

function watchMethods(send: Send) {
  return {
    /** An account's watch and its ETag. @throws ApiError NOT_WATCHED */
    async getWatch(account: AccountId, call: CallOptions = {}): Promise<TaggedWatch> {
      const path = `${accountPath(account)}/watch`;
      const { body, headers } = await send<Watch>({ ...call, method: 'GET', repeatable: true, path });
      return { watch: body, etag: headers.get('etag') };
    },

    /** Puts an account into the schedule; absent `rules` keep what is there, `{}` removes them. */
    async putWatch(account: AccountId, body: Rules = {}, options: PutWatchOptions = {}): Promise<TaggedWatch> {
      const { ifMatch, ifNew = false, ...call } = options;
      const headers = { 'if-match': ifMatch, 'if-none-match': ifNew ? '*' : undefined };
      const path = `${accountPath(account)}/watch`;
      // With a condition, the second of two equal calls would be refused because of the first.
      const repeatable = ifMatch === undefined && !ifNew;
      const answer = await send<Watch>({ ...call, method: 'PUT', repeatable, path, headers, body });
      return { watch: answer.body, etag: answer.headers.get('etag') };
    },

    /** Takes an account out of the schedule; what was measured stays. */
    async deleteWatch(account: AccountId, call: CallOptions = {}): Promise<void> {
      await send<null>({ ...call, method: 'DELETE', repeatable: true, path: `${accountPath(account)}/watch` });
    },

    /** Watches many accounts of a company; without `cardAccountIds` all that the caller may read and that are known here. */
    async watchCompany(
      companyId: string,
      body: Rules & { readonly cardAccountIds?: readonly string[] } = {},
      call: CallOptions = {},
    ) {
      const path = `${companyPath(companyId)}/watch`;
      const answer = await send<{ items: WatchItem[] }>({ ...call, method: 'PUT', repeatable: true, path, body });
      return answer.body.items;
    },
  };
}

function historyMethods(send: Send) {
  function span<Item, P extends Page<Item>>(path: string, interval: string | undefined, options: SpanOptions) {
    const { from, to, limit, ...call } = options;
    return pagesOf<Item, P>(async (cursor) => {
      // A cursor stands for the span that it began in.
      const query = cursor === undefined ? { from, to, interval, limit } : { cursor, limit };
      return (await send<P>({ ...call, method: 'GET', repeatable: true, path, query })).body;
    });
  }
  return {
    /** Every planned instant of a span, gaps included; the last 24 hours unless said otherwise. */
    listSlots: (account: AccountId, options: SpanOptions = {}) =>
      span<SlotBalance, SlotPage>(`${accountPath(account)}/balances`, 'slot', options),

    /** The IST days of a span; the last 30 unless said otherwise. */
    listDays: (account: AccountId, options: SpanOptions = {}) =>
      span<DayBalance, DayPage>(`${accountPath(account)}/balances`, 'day', options),

    /** The days of all accounts of a company that the caller may read, between two IST dates. */
    listCompanyDays: (companyId: string, options: SpanOptions = {}) =>
      span<CompanyDay, CompanyDayPage>(`${companyPath(companyId)}/balances`, undefined, options),

    /** The newest balance observed at or before an instant. @throws ApiError NOT_FOUND when there is none */
    async getBalanceAt(account: AccountId, at: string, call: CallOptions = {}): Promise<BalanceAsOf> {
      const path = `${accountPath(account)}/balances`;
      return (await send<BalanceAsOf>({ ...call, method: 'GET', repeatable: true, path, query: { at } })).body;
    },

    /** What happened to a company's accounts, oldest first, up to 30 days back: to catch up on webhooks that were missed. */
    listEvents(companyId: string, options: CallOptions & { readonly from?: string; readonly limit?: number } = {}) {
      const { from, limit, ...call } = options;
      return pagesOf<BalanceEvent, Page<BalanceEvent>>(async (cursor) => {
        const query = { companyId, limit, ...(cursor === undefined ? { from } : { cursor }) };
        const path = '/v1/events';
        return (await send<Page<BalanceEvent>>({ ...call, method: 'GET', repeatable: true, path, query })).body;
      });
    },
  };
}
