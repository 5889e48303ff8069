import type { CredentialSource, PartnerCredentials } from '../enkash/credentials.ts';
import type { Session } from '../enkash/session.ts';
import type { LoginOutcome } from '../enkash/token-request.ts';
import type { AppError } from '../errors.ts';
import type { GateItem, LoginGateStore } from './item.ts';

/** What happened, for metrics, alarms and the log: names, ids and outcomes, nothing secret. */
export type GateEvent =
  | {
      readonly kind: 'login';
      readonly partner: string;
      readonly versionId: string;
      readonly outcome: LoginOutcome['kind'];
      /** Possible failures that stand after it. */
      readonly failures: number;
    }
  /** A request met a closed gate; at most one event a second per process. */
  | { readonly kind: 'closed'; readonly partner: string; readonly reason: string }
  /** The gate's table could not be read or written; at most one event a second per process. */
  | { readonly kind: 'unreachable'; readonly partner: string }
  | { readonly kind: 'token-dead'; readonly partner: string }
  | { readonly kind: 'fresh-token-refused'; readonly partner: string };

export type LoginGateDeps = {
  readonly store: LoginGateStore;
  readonly credentials: CredentialSource;
  /** Sends one login and judges it; must settle within 4 s and never retry. */
  readonly login: (credentials: PartnerCredentials) => Promise<LoginOutcome>;
  readonly now: () => number;
  readonly sleep: (ms: number) => Promise<void>;
  /** From 0 up to 1. */
  readonly random: () => number;
  readonly newId: () => string;
  readonly report: (event: GateEvent) => void;
};

export type HeldSession = Session & {
  /** When the login that brought the token was sent. */
  readonly issuedAt: number;
};

/** What this process remembers of one partner. */
export type PartnerMemory = {
  readonly partner: string;
  /** Owner of this process's leases. */
  readonly me: string;
  held: HeldSession | undefined;
  /** The token that EnKash accepted last. */
  acceptedToken: string | undefined;
  pending: { readonly session: Promise<Session>; readonly deadline: number } | undefined;
  /** True from before a login is sent until its outcome is stored: no caller is answered meanwhile. */
  loggingIn: boolean;
  /** An outcome that could not be stored yet. */
  unsettled: { readonly fence: number; readonly change: (item: GateItem) => GateItem } | undefined;
  /** The last refusal, kept for a second so that a closed gate costs nothing per request. */
  verdict: { readonly error: AppError; readonly until: number } | undefined;
  /** A shared token that this process cannot open. */
  unreadable: { readonly sealed: string; readonly until: number } | undefined;
  previous: { readonly of: string; readonly at: number; readonly found: PartnerCredentials | undefined } | undefined;
  freshRefusedUntil: number;
};

export function newMemory(partner: string, me: string): PartnerMemory {
  return {
    partner,
    me,
    held: undefined,
    acceptedToken: undefined,
    pending: undefined,
    loggingIn: false,
    unsettled: undefined,
    verdict: undefined,
    unreadable: undefined,
    previous: undefined,
    freshRefusedUntil: 0,
  };
}
