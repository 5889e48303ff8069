import * as z from 'zod/mini';

/**
 * What the fleet knows about one EnKash login, and the rows beside it. Schemas are loose: a field that a newer release wrote
 * stays in the item through every write of this one. Instants are epoch ms by the writer's clock; clocks may differ by 30 s.
 */

/** An item that states a higher `minReader` is refused. A release raises what it writes only after the release before could read it. */
export const READER = 1;
/** EnKash locks the user at the third failure in a row, so at two only the operator goes on. */
export const MAX_FAILURES = 2;
/** The pair of a failure that nobody here saw: `open` notes one, since nobody knows how near the lock is. */
export const UNKNOWN_PAIR = 'unknown';

const instant = z.number();
const optional = z.optional;

/** A process is about to log in. It counts nothing, and another may take its place after `until`. */
const claim = z.looseObject({ owner: z.string(), at: instant, until: instant });

/** The operator lets one login pass that the gate would not send. */
const permission = z.looseObject({
  /** The version of AWSCURRENT that may be sent; no other. */
  versionId: z.string(),
  /** Possible failures when it was given; another count ends it. */
  count: z.int(),
  givenAt: instant,
  until: instant,
  /** EnKash was asked before it was given, and stands at no failure: so a success forgives every API client's. */
  unlocked: optional(z.boolean()),
});

/** One login is counted and may be sent. */
const lease = z.looseObject({
  owner: z.string(),
  /** Number of this lease: an owner that sees another number has lost it. */
  fence: z.int(),
  since: instant,
  until: instant,
  /** Partner and secret version that the login is sent with, and what that version says. */
  partner: z.string(),
  versionId: z.string(),
  content: z.string(),
  pair: z.string(),
  /** The permission that this login spends. It comes back only when nothing was sent. */
  permission: optional(permission),
});

/** Possible failures of one API client, (basicId, clientId), at this login. */
const failures = z.looseObject({ pair: z.string(), count: z.int() });

const refusal = z.looseObject({
  content: z.string(),
  pair: z.string(),
  versionId: z.string(),
  at: instant,
  /** It is among the failures that stand: no other version of its API client has succeeded since. */
  standing: z.boolean(),
  /** A login with it had succeeded before: so the version before it is older than what EnKash has. */
  worked: optional(z.boolean()),
});

const lastLogin = z.looseObject({
  at: instant,
  partner: z.string(),
  versionId: z.string(),
  content: optional(z.string()),
  outcome: z.string(),
  /** What came back, such as `502 html` or `timeout`; never its text. */
  evidence: z.string(),
});

/** After a login that may have failed, EnKash is asked without a password until its application answers. */
const control = z.looseObject({
  /** Times that it was asked. */
  tries: z.int(),
  /** The last times, in a row, that its application answered. */
  answers: optional(z.int()),
  /** The next time. */
  at: instant,
  /** What came back the last time. */
  evidence: optional(z.string()),
});

/** The account that EnKash first accepted a token for: a 401 on that token is checked by reading it. */
const acceptedFor = z.looseObject({ companyId: z.string(), cardAccountId: z.string() });

const token = z.looseObject({
  /** Fingerprint of the token's text; the text is in the token row. */
  id: z.string(),
  /** The content of the secret version that brought it, whose key sealed the text; and where that version is. */
  content: z.string(),
  partner: z.string(),
  versionId: z.string(),
  /** When the login that brought it was sent. */
  issuedAt: instant,
  /** It may end from then on, by what EnKash stated: counted from before the login was sent. */
  mayEndAt: instant,
  /** Served until then, and until then EnKash may give the same text again. */
  endsAt: instant,
  /** EnKash refused it. */
  dead: z.boolean(),
  accepted: optional(acceptedFor),
  /** EnKash stated a life of 0; when it does so again, the statement is ignored. */
  statedZero: optional(z.boolean()),
  /** The login after its death brought the same text. */
  broughtAgain: optional(z.boolean()),
});

export const gateItemSchema = z.looseObject({
  loginId: z.string(),
  rev: z.int(),
  minReader: z.int(),
  /** False after `close`: nobody knows any more how near the lock is. */
  opened: z.boolean(),
  /** The table that it was written to. In any other one it is a copy, older than what EnKash knows, and so not opened. */
  table: optional(z.string()),
  /** Logins since the last success that may have failed, the one under way included. Their sum is what counts. */
  failures: z.array(failures),
  /** Leases given so far. */
  fence: z.int(),
  claim: optional(claim),
  lease: optional(lease),
  permission: optional(permission),
  /** Contents that a login succeeded with and that were not refused since, the latest first. */
  proven: z.array(z.string()),
  refused: z.array(refusal),
  /** Contents that a login may have failed with, and none succeeded since, the latest first. */
  failed: optional(z.array(z.string())),
  lastLogin: optional(lastLogin),
  /** Before it, no login is sent except one that the operator permitted. */
  waitUntil: optional(instant),
  control: optional(control),
  /** EnKash may be at work at the last login until then: no other is sent beside it, not even a permitted one. */
  atWorkUntil: optional(instant),
  backOff: optional(z.looseObject({ ms: z.number(), until: instant })),
  token: optional(token),
  /** Tokens in a row that EnKash refused before it had accepted them once. */
  neverAccepted: optional(z.int()),
});

/** A loose object without the fields that this release does not know. */
type Known<T> = T extends readonly (infer E)[]
  ? readonly Known<E>[]
  : T extends object
    ? { readonly [K in keyof T as string extends K ? never : K]: Known<T[K]> }
    : T;

/** One item for each login identity. Every write replaces it and is conditional on `rev`. */
export type GateItem = Known<z.infer<typeof gateItemSchema>>;
export type Permission = Known<z.infer<typeof permission>>;
export type Lease = Known<z.infer<typeof lease>>;
export type TokenFacts = Known<z.infer<typeof token>>;

/** Possible failures that stand, of whatever API client: what EnKash may have counted in a row. */
export function countOf({ failures }: Pick<GateItem, 'failures'>): number {
  return failures.reduce((sum, { count }) => sum + count, 0);
}

export const tokenRowSchema = z.looseObject({ id: z.string(), sealed: z.string() });
/** A token's text, in a row of its own so that those who wait for a login read little. */
export type TokenRow = {
  readonly loginId: string;
  /** Of the lease whose login brought it: an older one never overwrites a newer one. */
  readonly fence: number;
  readonly id: string;
  readonly sealed: string;
};

export const pointerSchema = z.looseObject({ loginId: z.string(), at: instant });
/** Which login a partner's last accepted one was: it serves where AWSCURRENT cannot be used. */
export type Pointer = { readonly partner: string; readonly loginId: string; readonly at: number };

/** Where the rows are. Rejects when it cannot be asked, when a row cannot be read, or when nobody knows whether a write arrived. */
export type LoginGateStore = {
  /** The item as it is now, never an older one. */
  read(loginId: string): Promise<GateItem | undefined>;
  /**
   * Writes the item if the stored one still has the revision `seen` (0: there is none).
   * @returns false when it has not: somebody was faster, or this very write had won and its reply was lost. Read again, compare the owner.
   */
  replace(item: GateItem, seen: number): Promise<boolean>;
  readToken(loginId: string): Promise<TokenRow | undefined>;
  /** @returns false when a newer login's token is there */
  writeToken(row: TokenRow): Promise<boolean>;
  readPointer(partner: string): Promise<Pointer | undefined>;
  writePointer(pointer: Pointer): Promise<void>;
};
