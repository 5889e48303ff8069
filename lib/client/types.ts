/** A decimal string with two digits, rupees or points: `"898138.00"`, `"-1250.75"`. Never a float. */
export type Decimal = string;
/** RFC 3339 in UTC: `"2026-11-25T06:30:00Z"`. */
export type Instant = string;
/** A day in India (Asia/Kolkata): `"2026-11-25"`. */
export type IstDate = string;
/** Texts of an open list: those known today, and any that a later release adds. */
export type Open<Known extends string> = Known | (string & Record<never, never>);

export type AccountId = { readonly companyId: string; readonly cardAccountId: string };

/** What EnKash does not state is null, never 0. */
export type Balances = {
  readonly available: Decimal;
  readonly availableOnCards: Decimal | null;
  /** What has been spent of the credit line is negative. */
  readonly usedCredit: Decimal | null;
  readonly creditLimit: Decimal | null;
};

export type Points = {
  readonly allocated: Decimal | null;
  readonly redeemed: Decimal | null;
  readonly allocatedThisMonth: Decimal | null;
  readonly redeemedThisMonth: Decimal | null;
};

export type Cards = { readonly total: number | null; readonly active: number | null };

export type Freshness = {
  /** When EnKash stated it. */
  readonly asOf: Instant;
  readonly ageSeconds: number;
  readonly source: Open<'live' | 'cache' | 'snapshot'>;
  /** Served although EnKash could not be read, because the request allowed it by `staleIfError`. */
  readonly stale: boolean;
  readonly staleReason?: string;
};

/** A value of one of EnKash's own lists. */
export type Label = { readonly name: string; readonly label: string | null; readonly description: string | null };
/** EnKash's documented fields by their own names; personal data included. */
export type DocumentedFields = Readonly<Record<string, string | number | boolean | Label | null>>;

export type CardAccount = AccountId & {
  readonly companyName: string | null;
  readonly accountTitle: string | null;
  readonly accountType: string | null;
  readonly cards: Cards;
  readonly balances: Balances;
  readonly points: Points;
  readonly freshness: Freshness;
  /** With `view: 'full'` only. */
  readonly details?: DocumentedFields;
  /** With `view: 'full'` only; null for an account without a primary card. */
  readonly primaryCard?: DocumentedFields | null;
};

/** RFC 9457 problem details. */
export type Problem = {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly code: Open<ErrorCode>;
  /** To be quoted to whoever runs the service. */
  readonly requestId: string;
  /** Whether the same request may succeed later. */
  readonly retryable: boolean;
  readonly reason?: string;
  readonly errors?: readonly { readonly field: string; readonly message: string }[];
};

export type ErrorCode =
  | 'INVALID_REQUEST'
  | 'UNAUTHORIZED'
  | 'FORBIDDEN_SCOPE'
  | 'BLOCKED'
  | 'ACCOUNT_NOT_FOUND'
  | 'NOT_WATCHED'
  | 'NOT_FOUND'
  | 'CONFLICT'
  | 'WATCH_LIMIT'
  | 'PRECONDITION_FAILED'
  | 'PAYLOAD_TOO_LARGE'
  | 'UNSUPPORTED_MEDIA_TYPE'
  | 'RATE_LIMITED'
  | 'INTERNAL'
  | 'UPSTREAM_REFUSED'
  | 'UPSTREAM_UNREADABLE'
  | 'UPSTREAM_MISMATCH'
  | 'UPSTREAM_UNAVAILABLE'
  | 'PARTNER_LOGIN_BLOCKED'
  | 'CREDENTIALS_UNAVAILABLE'
  | 'STORAGE_UNAVAILABLE'
  | 'UPSTREAM_TIMEOUT';

/** One account of a batch: the account or the problem, the other one null. */
export type BatchItem = AccountId &
  ({ readonly account: CardAccount; readonly problem: null } | { readonly account: null; readonly problem: Problem });

export type RuleInput = {
  readonly balance: 'available' | 'availableOnCards';
  /** Low is: less than this. */
  readonly below: Decimal;
  /** Recovered is: at least this. @default 120 % of `below` */
  readonly recoverAt?: Decimal;
  /** Slots in a row that must agree, 1 to 10. @default 2 */
  readonly confirmations?: number;
  /** Between two `balance.low`. @default 3600 */
  readonly cooldownSeconds?: number;
};
export type Rule = Required<RuleInput>;
export type RuleState = { readonly phase: Open<'ok' | 'low' | 'unknown'>; readonly since: Instant };

/** An account in the schedule, with its rules and the state of each. */
export type Watch = AccountId & {
  readonly since: Instant;
  readonly rules: Readonly<Record<string, Rule>>;
  readonly states: Readonly<Record<string, RuleState>>;
};

/** One account of a company-wide watch: the watch or the problem, the other one null. */
export type WatchItem = AccountId &
  ({ readonly watch: Watch; readonly problem: null } | { readonly watch: null; readonly problem: Problem });

export type ListedAccount = AccountId & {
  /** The last balance that is known here, without a call to EnKash. */
  readonly latest: {
    /** Null when a live read brought it. */
    readonly slot: Instant | null;
    readonly observedAt: Instant;
    readonly ageSeconds: number;
    readonly accountType: string | null;
    readonly cards: Cards;
    readonly balances: Balances;
    readonly points: Points;
  } | null;
  readonly watched: { readonly since: Instant; readonly states: Readonly<Record<string, RuleState>> } | null;
};

export type Page<Item> = { readonly items: readonly Item[]; readonly nextCursor: string | null };

export type Coverage = {
  readonly expected: number;
  readonly measured: number;
  readonly failed: number;
  readonly missed: number;
};
export type MeasurementStatus = 'measured' | 'failed' | 'missed';

/** One planned instant: measured, or a gap that says why. */
export type SlotBalance = {
  readonly slot: Instant;
  readonly status: MeasurementStatus;
  readonly observedAt: Instant | null;
  readonly balances: Balances | null;
  readonly cards: Cards | null;
  readonly points: Points | null;
  readonly reason?: string;
};
export type SlotPage = Page<SlotBalance> & { readonly kind: 'slots'; readonly coverage: Coverage };

/** One IST day; all balances are null on a day without a measured slot. */
export type DayBalance = Coverage & {
  readonly day: IstDate;
  readonly slot: Instant;
  readonly status: MeasurementStatus;
  readonly observedAt: Instant | null;
  readonly balances: Balances | null;
  readonly open: Balances | null;
  readonly close: Balances | null;
  readonly min: Balances | null;
  readonly max: Balances | null;
  /** Sums of the rises and of the falls between measured slots: open + increase - decrease = close. */
  readonly increase: Balances | null;
  readonly decrease: Balances | null;
  /** False where a gap may hide a rise and a fall. */
  readonly movementsComplete: boolean;
};
export type DayPage = Page<DayBalance> & { readonly kind: 'days'; readonly coverage: Coverage };

/** A day of one of a company's accounts. */
export type CompanyDay = AccountId & DayBalance;
export type CompanyDayPage = Page<CompanyDay> & { readonly coverage: Coverage };

/** The newest balance observed at or before an instant. */
export type BalanceAsOf = {
  readonly kind: 'asOf';
  readonly at: Instant;
  readonly slot: Instant;
  readonly status: 'measured';
  readonly observedAt: Instant;
  /** How old the balances were at `at`. */
  readonly ageSeconds: number;
  readonly balances: Balances;
};

export type EventType =
  | 'balance.low'
  | 'balance.recovered'
  | 'balance.unknown'
  | 'balance.watch_ended'
  | 'readings.unavailable'
  | 'readings.restored';

/** What happened: the same body in a webhook, on the event bus and in `GET /v1/events`. */
export type BalanceEvent = {
  readonly type: Open<EventType>;
  readonly timestamp: Instant;
  readonly data: {
    /** The same for every delivery of one event; equals `webhook-id`. */
    readonly eventId: string;
    readonly companyId: string;
    /** Absent in events about a whole company. */
    readonly cardAccountId?: string;
    /** For people: never to be parsed. */
    readonly title: string;
    readonly text: string;
    readonly [field: string]: unknown;
  };
};
