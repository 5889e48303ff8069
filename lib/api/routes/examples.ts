import { exampleEvent } from '../event-documents.ts';

/** Examples of the contract: made-up companies and amounts. A test reads each through the route's own schema. */
type Examples = {
  readonly params?: Readonly<Record<string, string>>;
  readonly query?: Readonly<Record<string, string | number>>;
  readonly body?: object;
  /** Status -> name -> answer. */
  readonly answers: Readonly<Record<number, Readonly<Record<string, object>>>>;
};

const key = { companyId: 'CEKTEST001', cardAccountId: 'CATEST001' };
const balances = {
  available: '898138.07',
  availableOnCards: '1200.00',
  usedCredit: '-2500.50',
  creditLimit: '500000.00',
};
const points = { allocated: '0.00', redeemed: '0.00', allocatedThisMonth: null, redeemedThisMonth: null };
const cards = { total: 12, active: 10 };
const summary = {
  ...key,
  companyName: 'Test Rewards Pvt Ltd',
  accountTitle: 'Marketing',
  accountType: 'CREDIT',
  cards,
  balances,
  points,
  freshness: { asOf: '2026-11-25T06:30:00.250Z', ageSeconds: 0, source: 'live', stale: false },
};
const stale = {
  ...summary,
  freshness: {
    asOf: '2026-11-25T06:15:02.000Z',
    ageSeconds: 898,
    source: 'snapshot',
    stale: true,
    staleReason: 'UPSTREAM_TIMEOUT',
  },
};
const problem = {
  type: 'urn:enkash-card-accounts:problem:ACCOUNT_NOT_FOUND',
  title: 'No such card account',
  status: 404,
  code: 'ACCOUNT_NOT_FOUND',
  requestId: '5b1f6a52-30b4-4c1e-9d0c-1f3f0a9e7c11',
  retryable: false,
};
const rule = { balance: 'available', below: '5000.00', recoverAt: '6000.00', confirmations: 2, cooldownSeconds: 3600 };
const states = { float: { phase: 'low', since: '2026-11-25T06:15:00.000Z' } };
const watch = { ...key, since: '2026-11-24T06:30:01.000Z', rules: { float: rule }, states };
const rulesAsked = { float: { balance: 'available', below: '5000.00' } };
const coverage = { expected: 2, measured: 1, failed: 1, missed: 0 };

/** One slot of two was measured: nothing is known to have moved. */
const still = { available: '0.00', availableOnCards: '0.00', usedCredit: '0.00', creditLimit: '0.00' };
const day = {
  day: '2026-11-24',
  slot: '2026-11-23T18:30:00Z',
  status: 'measured',
  observedAt: '2026-11-24T18:15:01.000Z',
  balances,
  open: balances,
  close: balances,
  min: balances,
  max: balances,
  increase: still,
  decrease: still,
  movementsComplete: false,
  ...coverage,
};

export const examples: Readonly<Record<string, Examples>> = {
  getCardAccount: { params: key, query: { maxAge: 60 }, answers: { 200: { live: summary, staleIfError: stale } } },
  batchGetCardAccounts: {
    body: { accounts: [key, { companyId: 'CEKTEST001', cardAccountId: 'CATEST009' }], maxAge: 60 },
    answers: {
      200: {
        oneFound: {
          items: [
            { ...key, account: summary, problem: null },
            { companyId: 'CEKTEST001', cardAccountId: 'CATEST009', account: null, problem },
          ],
        },
      },
    },
  },
  getCardAccountDropIn: {
    body: key,
    answers: {
      200: {
        success: {
          response_code: 0,
          response_message: 'Success',
          payload: { ...key, companyName: 'Test Rewards Pvt Ltd', availableBalance: 898138.07, totalCards: 12 },
        },
      },
    },
  },
  listCardAccounts: {
    params: { companyId: key.companyId },
    query: { limit: 100 },
    answers: {
      200: {
        page: {
          items: [
            {
              ...key,
              latest: {
                slot: '2026-11-25T06:15:00Z',
                observedAt: '2026-11-25T06:15:02.000Z',
                ageSeconds: 898,
                accountType: 'CREDIT',
                cards,
                balances,
                points,
              },
              watched: { since: '2026-11-24T06:30:01.000Z', states },
            },
            { companyId: 'CEKTEST001', cardAccountId: 'CATEST002', latest: null, watched: null },
          ],
          nextCursor: null,
        },
      },
    },
  },
  watchCardAccount: {
    params: key,
    body: { rules: rulesAsked },
    answers: { 200: { watchedBefore: watch }, 201: { new: watch } },
  },
  getWatch: { params: key, answers: { 200: { watched: watch } } },
  watchCompany: {
    params: { companyId: key.companyId },
    body: { cardAccountIds: ['CATEST001', 'CATEST002'], rules: rulesAsked },
    answers: {
      200: {
        oneIsNotThere: {
          items: [
            { ...key, watch, problem: null },
            { companyId: 'CEKTEST001', cardAccountId: 'CATEST002', watch: null, problem },
          ],
        },
      },
    },
  },
  unwatchCardAccount: { params: key, answers: {} },
  getBalances: {
    params: key,
    query: { from: '2026-11-24T00:00:00+05:30', to: '2026-11-25T00:00:00+05:30' },
    answers: {
      200: {
        slots: {
          kind: 'slots',
          items: [
            {
              slot: '2026-11-25T06:00:00Z',
              status: 'measured',
              observedAt: '2026-11-25T06:00:01.500Z',
              balances,
              cards,
              points,
            },
            {
              slot: '2026-11-25T06:15:00Z',
              status: 'failed',
              observedAt: null,
              balances: null,
              cards: null,
              points: null,
              reason: 'upstream-timeout',
            },
          ],
          coverage,
          nextCursor: null,
        },
        days: {
          kind: 'days',
          items: [day],
          coverage,
          nextCursor: null,
        },
        asOf: {
          kind: 'asOf',
          at: '2026-11-25T06:10:00.000Z',
          slot: '2026-11-25T06:00:00Z',
          status: 'measured',
          observedAt: '2026-11-25T06:00:01.500Z',
          ageSeconds: 598,
          balances,
        },
      },
    },
  },
  getCompanyBalances: {
    params: { companyId: key.companyId },
    query: { from: '2026-11-24', to: '2026-11-25' },
    answers: { 200: { page: { items: [{ ...key, ...day }], coverage, nextCursor: null } } },
  },
  listEvents: {
    query: { companyId: key.companyId },
    answers: {
      200: {
        page: {
          items: [exampleEvent('BalanceLow')],
          nextCursor: null,
        },
      },
    },
  },
  getOpenApi: { answers: {} },
};
