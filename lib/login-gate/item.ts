import * as z from 'zod/mini';

/** Epoch ms by the clock of whoever wrote it; clocks may differ by 30 s either way. */
const instant = z.number();

const lease = z.readonly(
  z.object({
    /** The process that holds it. */
    owner: z.string(),
    /** Number of this lease: an owner that sees another number has lost it. */
    fence: z.int(),
    since: instant,
    until: instant,
    /** The secret version that the login is sent with. */
    versionId: z.string(),
    /** The operator's permission stood when it was taken, and is spent with it. */
    allowed: z.boolean(),
  }),
);

const refusal = z.readonly(
  z.object({
    versionId: z.string(),
    times: z.int(),
    /** No other version has succeeded since: not to be tried again. */
    standing: z.boolean(),
  }),
);

const sharedToken = z.readonly(
  z.object({
    /** Fingerprint of the token's text. */
    id: z.string(),
    /** The secret version whose key sealed it. */
    versionId: z.string(),
    sealed: z.string(),
    /** When the login that brought it was sent. */
    issuedAt: instant,
    /** Its life counted from before the login was sent: nobody uses it longer. */
    usableUntil: instant,
    /** Its life counted from after the reply: EnKash may give the same token again until then. */
    endsAt: instant,
    /** EnKash refused it. */
    dead: z.boolean(),
  }),
);

/** What the fleet knows about one partner's login. Every write replaces the item and is conditional on `rev`. */
export const gateItemSchema = z.readonly(
  z.object({
    partner: z.string(),
    rev: z.int(),
    /** Logins since the last success that may have failed at EnKash, the one under way included. */
    failures: z.int(),
    /** Leases given so far. */
    fence: z.int(),
    lease: z.optional(lease),
    /** Secret versions that a login succeeded with, the latest first. */
    proven: z.readonly(z.array(z.string())),
    refused: z.readonly(z.array(refusal)),
    /** When the last login was sent. */
    lastLoginAt: z.optional(instant),
    /** No login before it, but one that the operator permitted: the last one may have failed in trouble that lasts. */
    waitUntil: z.optional(instant),
    backOff: z.optional(z.readonly(z.object({ ms: z.number(), until: instant }))),
    /** The operator permits one login that the count forbids. */
    allowOne: z.boolean(),
    token: z.optional(sharedToken),
    /** The last token that EnKash refused before its time; `inARow`: how many did not help, less those that did. */
    kills: z.optional(
      z.readonly(z.object({ inARow: z.int(), at: instant, notHelped: z._default(z.boolean(), false) })),
    ),
    /** EnKash refused a fresh token: until then a 401 is not about tokens. */
    freshRefusedUntil: z.optional(instant),
  }),
);

export type GateItem = z.infer<typeof gateItemSchema>;
export type Lease = z.infer<typeof lease>;
export type SharedToken = z.infer<typeof sharedToken>;

/** Where the items are. Rejects when it cannot be asked, or when nobody knows whether a write arrived. */
export type LoginGateStore = {
  /** The item as it is now, never an older one. */
  read(partner: string): Promise<GateItem | undefined>;
  /**
   * Writes the item if the stored one still has the revision `seen` (0: there is none).
   * @returns false when it has not: somebody was faster, or this very write had won and its reply was lost. Read again, compare the owner.
   */
  replace(item: GateItem, seen: number): Promise<boolean>;
};
