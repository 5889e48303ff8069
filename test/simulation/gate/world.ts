import type { Controls } from './controls.ts';
import type { EdgeReply } from './replies.ts';
import type { TableFaults } from './table.ts';

/** What EnKash checks of a login. */
export type LoginFields = {
  readonly basicId: string;
  readonly basicSecret: string;
  readonly username: string;
  readonly password: string;
  readonly clientId: string;
};

/** How logins go wrong; probabilities, the first that strikes decides. */
export type LoginFaults = {
  /** From the first byte to EnKash's answer; above 4 s the caller has given up and EnKash works on. */
  readonly latencyMs: readonly [number, number];
  readonly notSent: number;
  /** An edge answers, and proves it: nothing reached EnKash. */
  readonly turnedAway: number;
  /** Chance that one of `edgeReplies` arrives in place of the answer. */
  readonly edge: number;
  readonly edgeReplies: readonly EdgeReply[];
  /** Chance that EnKash had processed the login that the edge answered. */
  readonly edgeProcessed: number;
  /** Bytes written, never processed. */
  readonly requestLost: number;
  /** Processed and counted, but the answer never arrives. */
  readonly replyLost: number;
};

/** What is true of EnKash's tokens. */
export type TokenFacts = {
  /** How long a token really lives. */
  readonly lifeMs: number;
  /** Spring: an early second login gets the same token with less time left. */
  readonly sameToken: boolean;
  /** What the reply states: the time really left, the example's 86399 s, anything else in ms, or nothing. */
  readonly states: 'truth' | 'nothing' | number;
  /** The card API accepts a new token so much later. */
  readonly knownAfterMs: number;
  /** Length of a token's text. */
  readonly bytes: number;
};

/** Invariants that hold in this world; off where clocks differ, processes freeze or tokens die. */
export type Checks = {
  /** Logins are 10 s apart. */
  readonly spacing: boolean;
  /** No login while the fleet has a living token. */
  readonly early: boolean;
  /** Nobody uses a token long after its end. */
  readonly life: boolean;
  /** EnKash never works on two logins of one user. */
  readonly server: boolean;
};

/** How the card API refuses tokens that are good. */
export type ApiFaults = {
  readonly latencyMs: readonly [number, number];
  /** Chance that a call is answered 401 for a reason that is not the token, in trouble only. */
  readonly strange401: number;
  /** Accounts, counted from the first, whose every call is answered 401, in trouble or not. */
  readonly refusedAccounts: number;
  /** How a token is refused. */
  readonly refusal: 'status-401' | 'status-403-invalid-token' | 'code-in-200';
};

/** A partner of ours: a name, and the login that its secret holds at the start. */
export type PartnerSetup = { readonly name: string; readonly login: LoginFields };

/** An EnKash user and its password. */
type UserSetup = { readonly username: string; readonly password: string };

/** The world that a fleet lives in. Everything happens at virtual times, in ms from the start. */
export type World = {
  readonly ms: number;
  readonly workers: number;
  /** Mean pause of a worker between two invocations. */
  readonly gapMs: number;
  /** Requests of one invocation, all at once. */
  readonly batch: number;
  /** Invocations of each worker; as many as the time allows when absent. */
  readonly invocations?: number;
  /** Faults are on from..until. */
  readonly trouble: readonly [number, number];
  readonly partners: readonly PartnerSetup[];
  readonly users: readonly UserSetup[];
  /** Card accounts that the requests ask for. */
  readonly accounts: number;
  readonly token: TokenFacts;
  readonly checks: Checks;
  /** Spring: logins that overlap fail, all of them, and the tokens are gone. */
  readonly breakConcurrent: boolean;
  /** Whether a success forgives the failures of the user, or only those of its own (basicId, clientId). */
  readonly lockPer: 'user' | 'pair';
  readonly login: Partial<LoginFaults>;
  /** How logins go without trouble. */
  readonly usualLogin: Partial<LoginFaults>;
  readonly api: ApiFaults;
  readonly store: Partial<TableFaults>;
  readonly storeDown: boolean;
  /** Reads of one partition of the table in a second, in units of 4 kB. */
  readonly readUnits: number;
  /** The gate's item exists at the start, with no failure: the operator opened it. */
  readonly opened: boolean;
  readonly secretsDown: boolean;
  /** For so long after a change a read of Secrets Manager may still give the version before. */
  readonly staleSecretsMs: number;
  /** Chance that a process dies, or stops for up to 150 s, when an answer of the table or of a login reaches it. */
  readonly crash: number;
  readonly freeze: number;
  /** Chance after each invocation that Lambda reaps the process: what it still waited for never reaches it. */
  readonly reap: number;
  /** Clocks are so far off at most, and with `clocksStep` jump anew at each thaw. */
  readonly skewMs: number;
  readonly clocksStep: boolean;
  readonly script: readonly Step[];
};

/** Something that a person does at EnKash, with the secret, the table or the gate's commands. */
export type Step = { readonly atMs: number; readonly act: (controls: Controls) => void | Promise<void> };

export type Answer = {
  readonly at: number;
  readonly outcome: string;
  readonly tookMs: number;
  readonly cold: boolean;
  /** The process that gave it. */
  readonly by: string;
};
export type Violation = { readonly atMs: number; readonly rule: string };
export type Run = {
  readonly violations: Violation[];
  readonly answers: Answer[];
  readonly stats: Stats;
  readonly apiCalls: number;
  /** Gates that wait for a person at the end, by their verdict. */
  readonly closed: string[];
  /** What happened at EnKash and in the gates, in words; equal for equal seeds. */
  readonly trace: string[];
};

export type Stats = {
  logins: number;
  controls: number;
  refused: number;
  accepted: number;
  lockOuts: number;
  maxInFlight: number;
  maxAtServer: number;
};
