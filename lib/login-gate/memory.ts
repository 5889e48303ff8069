import type { CredentialSource, PartnerCredentials } from '../enkash/credentials.ts';
import type { Session } from '../enkash/session.ts';
import type { GateItem, Lease, LoginGateStore, TokenFacts, TokenRow } from './item.ts';
import type { ControlAnswer, LoginOutcome } from './outcome.ts';

/** What happened, for metrics, alarms and the log: names, ids and outcomes, nothing secret. */
export type GateEvent =
  | {
      readonly kind: 'login';
      readonly partner: string;
      /** First digits of the login's id. */
      readonly login: string;
      readonly versionId: string;
      readonly outcome: LoginOutcome['kind'];
      /** What came back, such as `502 html`. */
      readonly evidence: string;
      /** Possible failures that stand after it. */
      readonly failures: number;
    }
  /** EnKash was asked without a password whether its application answers. */
  | { readonly kind: 'control'; readonly partner: string; readonly login: string; readonly evidence: string }
  /** A request met a closed gate; at most one event a second per process. */
  | { readonly kind: 'closed'; readonly partner: string; readonly reason: string }
  /** The gate's table could not be read or written; at most one event a second per process. */
  | { readonly kind: 'unreachable'; readonly partner: string }
  | { readonly kind: 'token-dead'; readonly partner: string }
  /** A 401 that is not about the token. */
  | { readonly kind: 'token-refused'; readonly partner: string };

export type LoginGateDeps = {
  readonly store: LoginGateStore;
  readonly credentials: CredentialSource;
  /** Where logins go; its origin is part of a login's identity. */
  readonly tokenUrl: string;
  /** Sends one login and judges it. The request is written by `sendBy` (epoch ms) or not at all. Ends within 4 s, never repeats. */
  readonly login: (credentials: PartnerCredentials, sendBy: number) => Promise<LoginOutcome>;
  /** Asks the token endpoint without Authorization, username and password. Undefined where the stage forbids it: fixed waits then. */
  readonly control: (() => Promise<ControlAnswer>) | undefined;
  readonly now: () => number;
  readonly sleep: (ms: number) => Promise<void>;
  /** From 0 up to 1. */
  readonly random: () => number;
  /** Names this process; the owner of a lease is `<process>/<partner>`. */
  readonly newId: () => string;
  readonly report: (event: GateEvent) => void;
};

export type HeldSession = Session & {
  /** Fingerprint of the token's text. */
  readonly id: string;
  /** The account that EnKash first accepted it for, as far as this process knows. */
  accepted: TokenFacts['accepted'];
};

/** What this process remembers of one partner's login. */
export type LoginMemory = {
  /** Owner of this closure's claims and leases. */
  readonly me: string;
  held: HeldSession | undefined;
  /** The lease that the last login was sent under: never two under one. */
  sent: Pick<Lease, 'fence' | 'since'> | undefined;
  /** The leases, by `nameOf`, whose counts were asked back: that write may arrive at any time, so nothing is sent under them. */
  readonly takenBack: Set<string>;
  /** True from before a login is sent until its outcome is stored: no caller is answered meanwhile. */
  loggingIn: boolean;
  /** An outcome that could not be stored yet. */
  unsettled: Unsettled | undefined;
};

/** An outcome until both its item and its token's row are stored. */
export type Unsettled = {
  readonly fence: number;
  readonly change: (item: GateItem) => GateItem;
  tokenRow: TokenRow | undefined;
  isItemStored: boolean;
  triedAt: number;
};

export function newMemory(me: string): LoginMemory {
  return { me, held: undefined, sent: undefined, takenBack: new Set(), loggingIn: false, unsettled: undefined };
}

/** A session that may be handed out. */
export function isAlive(held: HeldSession | undefined, now: number): held is HeldSession {
  return held !== undefined && now < held.expiresAt;
}
