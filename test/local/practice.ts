import { type PracticeId, practiceCompany, practiceWords, SWING } from '../../lib/api/routes/practice.ts';
import { type AccountId, rewardAccount, type SandboxAccount } from './enkash-accounts.ts';

/** How the sandbox and the local gateway make an account behave as its words say. */
export type Practice = {
  /** What EnKash does, by its name in enkash-faults.ts. */
  readonly fault?: string;
  /** Seconds that EnKash asks to wait. */
  readonly retryAfter?: number;
  /** API Gateway's response type: the gateway answers by itself. */
  readonly gateway?: 'THROTTLED' | 'WAF_FILTERED';
  /** The available balance at the nth read, from 0 on. */
  readonly balance?: (read: number) => number;
};

const practices: Readonly<Record<PracticeId, Practice>> = {
  CATESTMISSING: { fault: '404' },
  CATESTDOWN: { fault: '503' },
  CATESTBUSY: { fault: 'html-429', retryAfter: 30 },
  CATESTSLOW: { fault: 'hang' },
  CATESTREFUSED: { fault: 'business-failure' },
  CATESTUNREADABLE: { fault: 'html-200' },
  CATESTOTHER: { fault: 'other-account' },
  CATESTLIMITED: { gateway: 'THROTTLED' },
  CATESTBLOCKED: { gateway: 'WAF_FILTERED' },
  CATESTLOW: { balance: () => 10 },
  CATESTSWING: { balance: (read) => (Math.floor(read / SWING) % 2 === 0 ? 10 : 10_000) },
};
const byId = new Map<string, Practice>(Object.entries(practices));

/** The practice of an account of the sandbox's main company. */
export const practiceOf = ({ companyId, cardAccountId }: AccountId): Practice | undefined =>
  companyId === practiceCompany ? byId.get(cardAccountId) : undefined;

export const practiceIds: readonly string[] = Object.keys(practiceWords);

/** What EnKash has of them: reward accounts. */
export const practiceAccounts: readonly SandboxAccount[] = practiceIds.map((cardAccountId) =>
  rewardAccount({ companyId: practiceCompany, cardAccountId }),
);

/** The response type that the gateway answers by itself, by the account in the path. */
export function rehearsedAnswer(path: string): string | undefined {
  const [, companyId = '', cardAccountId = ''] = /^\/v1\/companies\/([^/]+)\/card-accounts\/([^/]+)/.exec(path) ?? [];
  return practiceOf({ companyId, cardAccountId })?.gateway;
}
