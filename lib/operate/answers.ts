import * as z from 'zod/mini';
import { probeReport } from './probe-report.ts';

/** What the operator's two functions answer. Ids, counts, states and words: never a secret, a token or a person. */

const text = z.string();
const orNull = <T extends z.core.SomeType>(schema: T) => z.nullable(schema);

/** What a gate does next, by its one verdict. */
const verdict = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('closed'),
    reason: z.enum(['never-opened', 'password-refused', 'locked-out-risk', 'no-secret']),
  }),
  z.object({ kind: z.literal('wait'), why: text, until: text }),
  z.object({ kind: z.literal('ask') }),
  z.object({ kind: z.literal('login'), permitted: z.boolean() }),
]);

const gate = z.object({
  partner: text,
  readable: z.literal(true),
  loginId: text,
  /** What `allow-one` sends back. */
  rev: z.int(),
  count: z.int(),
  /** Of AWSCURRENT, where it belongs to this login. */
  versionId: orNull(text),
  /** EnKash refused this content, and no login with it has succeeded since. */
  wasRefused: z.boolean(),
  /** It was refused, or was sent last and may have failed: whoever permits it says that it is right. */
  hasFailed: z.boolean(),
  /** Failures of an API client that AWSCURRENT is not of stand: no login with it clears them by itself. */
  otherFails: z.boolean(),
  verdict,
  /** The version that the next login by the gate is sent with, now or after a wait; null while it is closed. */
  sends: orNull(z.enum(['current', 'previous'])),
  /** Why AWSCURRENT cannot be used, so that the login before it serves. */
  secretProblem: orNull(text),
  /** What the last login brought back, such as `502 html`. */
  evidence: orNull(text),
  words: z.array(text),
});
const unreadableGate = z.object({ partner: text, readable: z.literal(false), reason: text });

const secret = z.object({
  partner: text,
  problem: orNull(z.enum(['absent', 'unreachable', 'not-filled', 'invalid'])),
  /** Fields that cannot be right. */
  fields: z.array(text),
  versionId: orNull(text),
  encryption: orNull(text),
  /** The Basic secret holds characters that some servers decode in another way. */
  oddBasicSecret: z.boolean(),
  /** Version of AWSPENDING. */
  pendingId: orNull(text),
});

/** What became of the last slot that must be over. */
const coverage = z.discriminatedUnion('state', [
  z.object({ state: z.literal('no-slot-yet') }),
  z.object({ state: z.literal('never-planned') }),
  /** Another version wrote its row. */
  z.object({ state: z.literal('unreadable') }),
  z.object({ state: z.literal('table-unreachable') }),
  z.object({ state: z.enum(['planning', 'planned']), suspended: z.int() }),
  z.object({
    state: z.literal('ended'),
    /** Watches that no grant covers: not measured, and not expected. */
    suspended: z.int(),
    expected: z.int(),
    measured: z.int(),
    failed: z.int(),
    missed: z.int(),
  }),
]);

/** The last day that was closed; the first of the accounts without any balance on it by name. */
const lastDay = z.object({
  day: text,
  accounts: z.int(),
  unmeasured: z.int(),
  named: z.array(text),
});

export const inspectAnswer = z.discriminatedUnion('action', [
  z.object({ action: z.literal('status'), at: text, gates: z.array(z.union([gate, unreadableGate])) }),
  z.object({ action: z.literal('coverage'), slot: text, coverage, lastDay: orNull(lastDay) }),
  z.object({
    action: z.literal('check-secret'),
    secrets: z.array(secret),
    /** Partners that log in as different users of one API client: EnKash may lock the client. */
    sharedClients: z.array(z.array(text)),
    /** Partners of one EnKash user whose secrets log in with other values: neither opens the other's token. */
    unequalSecrets: z.array(z.array(text)),
  }),
  z.object({ action: z.literal('none'), outcome: z.literal('invalid-event'), fields: z.array(text) }),
]);

const change = {
  /** First digits of the login's id. */
  login: z.optional(text),
};
/** Nothing was done, whatever was asked. */
const refusal = z.object({
  action: z.literal('none'),
  outcome: z.enum([
    'invalid-event',
    'unknown-partner',
    /** The secret or the gate's table cannot be read. */
    'unreadable',
    /** It may or may not have been carried out. */
    'unknown',
    /** The table that remembers requests cannot be used. */
    'requests-unreachable',
    /** This id was used for something else. */
    'request-id-used',
    /** A request with this id began and has no result: it may have been carried out. */
    'began-before',
  ]),
  reason: z.optional(text),
  fields: z.optional(z.array(text)),
});

export const operateAnswer = z.discriminatedUnion('action', [
  z.object({
    action: z.literal('open'),
    outcome: z.enum(['opened', 'already-open', 'failures-known', 'busy', 'needs-confirmation', 'changed']),
    ...change,
  }),
  z.object({
    action: z.literal('close'),
    outcome: z.enum(['closed', 'not-open', 'login-under-way', 'busy']),
    ...change,
  }),
  z.object({
    action: z.literal('allow-one'),
    outcome: z.enum([
      ...['allowed', 'already-allowed', 'changed', 'login-under-way', 'not-needed', 'never-opened'],
      ...['no-secret', 'needs-unlocked-by-enkash', 'needs-same-secret', 'busy'],
    ] as const),
  }),
  z.object({
    action: z.literal('try-pending'),
    outcome: z.enum([
      ...['accepted', 'already-proven', 'failed', 'no-pending', 'no-current', 'not-filled', 'invalid'],
      ...['same-as-current', 'never-opened', 'failures-stand', 'refused-before', 'token-host-unavailable'],
      ...['gate-busy', 'gate-unreachable'],
    ] as const),
    pendingId: z.optional(text),
    currentId: z.optional(text),
    fields: z.optional(z.array(text)),
    /** Possible failures that stand after a login that failed, where they can be read. */
    failures: z.optional(z.int()),
  }),
  z.object({
    action: z.literal('promote'),
    outcome: z.enum(['promoted', 'already-current', 'changed', 'not-tested', 'not-moved']),
  }),
  z.object({ action: z.literal('probe'), outcome: z.literal('probed'), report: probeReport }),
  z.object({
    action: z.literal('erase'),
    outcome: z.enum(['erased', 'nothing', 'counted', 'unfinished', 'needs-confirmation']),
    rows: z.int(),
    watched: z.boolean(),
  }),
  refusal,
]);

export type GateView = z.infer<typeof gate>;
export type AnyGateView = GateView | z.infer<typeof unreadableGate>;
export type SecretView = z.infer<typeof secret>;
export type Coverage = z.infer<typeof coverage>;
export type LastDay = z.infer<typeof lastDay>;
export type InspectAnswer = z.infer<typeof inspectAnswer>;
export type OperateAnswer = z.infer<typeof operateAnswer>;
export type Answer<A extends OperateAnswer['action']> = Extract<OperateAnswer, { action: A }>;
