import type { ErrorCode } from '../../errors.ts';

/** An account of the local stage's sandbox that always behaves in one way. Only the guide and the sandbox import it. */
export type PracticeWords = {
  readonly what: string;
  /** What a read of it is answered. @default the account */
  readonly code?: ErrorCode;
};

export const practiceCompany = 'CEKTEST001';

/** Reads after which the balance of CATESTSWING changes sides. */
export const SWING = 4;

export const practiceWords = {
  CATESTMISSING: { what: 'EnKash does not know the account', code: 'ACCOUNT_NOT_FOUND' },
  CATESTDOWN: { what: 'EnKash is down', code: 'UPSTREAM_UNAVAILABLE' },
  CATESTBUSY: { what: 'EnKash asks to wait for 30 s', code: 'UPSTREAM_UNAVAILABLE' },
  CATESTSLOW: { what: 'EnKash does not answer in time', code: 'UPSTREAM_TIMEOUT' },
  CATESTREFUSED: { what: 'EnKash says no', code: 'UPSTREAM_REFUSED' },
  CATESTUNREADABLE: { what: 'EnKash answers a page', code: 'UPSTREAM_UNREADABLE' },
  CATESTOTHER: { what: 'EnKash answers with another account', code: 'UPSTREAM_MISMATCH' },
  CATESTLIMITED: { what: 'the gateway says that you call too often', code: 'RATE_LIMITED' },
  CATESTBLOCKED: { what: 'the firewall stops the request', code: 'BLOCKED' },
  CATESTLOW: { what: 'its balance is 10.00: watch it with a rule for a `balance.low`' },
  CATESTSWING: {
    what: `its balance is 10.00 for ${SWING} reads, then 10000.00 for ${SWING}, and so on: watch it for low and recovered in turn`,
  },
} as const satisfies Readonly<Record<string, PracticeWords>>;

export type PracticeId = keyof typeof practiceWords;
