import type { ErrorCode } from '../../lib/errors.ts';
import { type AccountId, rewardAccount, type SandboxAccount } from './enkash-accounts.ts';

/** An account of the sandbox that always behaves in one way, so that a caller can practise its failures. */
export type Practice = {
  readonly id: string;
  /** For the guide. */
  readonly what: string;
  /** What a read of it is answered. @default the account */
  readonly code?: ErrorCode;
  /** What EnKash does, by its name in enkash-faults.ts. */
  readonly fault?: string;
  /** Seconds that EnKash asks to wait. */
  readonly retryAfter?: number;
  /** API Gateway's response type: the gateway answers by itself. */
  readonly gateway?: 'THROTTLED' | 'WAF_FILTERED';
  /** The available balance at the nth read, from 0 on. */
  readonly balance?: (read: number) => number;
};

const company = 'CEKTEST001';
/** Reads after which the balance of CATESTSWING changes sides. */
const SWING = 4;

export const practices: readonly Practice[] = [
  { id: 'CATESTMISSING', what: 'EnKash does not know it', code: 'ACCOUNT_NOT_FOUND', fault: '404' },
  { id: 'CATESTDOWN', what: 'EnKash is down', code: 'UPSTREAM_UNAVAILABLE', fault: '503' },
  {
    id: 'CATESTBUSY',
    what: 'EnKash asks to wait for 30 s',
    code: 'UPSTREAM_UNAVAILABLE',
    fault: 'html-429',
    retryAfter: 30,
  },
  { id: 'CATESTSLOW', what: 'EnKash does not answer in time', code: 'UPSTREAM_TIMEOUT', fault: 'hang' },
  { id: 'CATESTREFUSED', what: 'EnKash says no', code: 'UPSTREAM_REFUSED', fault: 'business-failure' },
  { id: 'CATESTUNREADABLE', what: 'EnKash answers a page', code: 'UPSTREAM_UNREADABLE', fault: 'html-200' },
  { id: 'CATESTOTHER', what: 'EnKash answers with another account', code: 'UPSTREAM_MISMATCH', fault: 'other-account' },
  { id: 'CATESTLIMITED', what: 'the gateway says that you call too often', code: 'RATE_LIMITED', gateway: 'THROTTLED' },
  { id: 'CATESTBLOCKED', what: 'the firewall stops the request', code: 'BLOCKED', gateway: 'WAF_FILTERED' },
  { id: 'CATESTLOW', what: 'its balance is 10.00: watch it for a `balance.low`', balance: () => 10 },
  {
    id: 'CATESTSWING',
    what: `its balance is 10.00 for ${SWING} reads, then 10000.00 for ${SWING}, and so on: watch it for low and recovered in turn`,
    balance: (read) => (Math.floor(read / SWING) % 2 === 0 ? 10 : 10_000),
  },
];

const byId = new Map(practices.map((practice) => [practice.id, practice]));

/** The practice of an account of the sandbox's main company. */
export const practiceOf = ({ companyId, cardAccountId }: AccountId): Practice | undefined =>
  companyId === company ? byId.get(cardAccountId) : undefined;

/** What EnKash has of them: reward accounts. */
export const practiceAccounts: readonly SandboxAccount[] = practices.map(({ id }) =>
  rewardAccount({ companyId: company, cardAccountId: id }),
);

/** The response type that the gateway answers by itself, by the account in the path. */
export function rehearsedAnswer(path: string): string | undefined {
  const [, companyId = '', cardAccountId = ''] = /^\/v1\/companies\/([^/]+)\/card-accounts\/([^/]+)/.exec(path) ?? [];
  return practiceOf({ companyId, cardAccountId })?.gateway;
}
