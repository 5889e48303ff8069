import {
  CLAIM_MS,
  FIRST_BACK_OFF_MS,
  LEASE_MS,
  LOGIN_SPACING_MS,
  MAX_BACK_OFF_MS,
  PERMISSION_MS,
  WAIT_AFTER_ANSWER_MS,
  WAIT_AFTER_SILENCE_MS,
} from '../budgets.ts';
import type { Version } from './content.ts';
import { countOf, type GateItem, type Lease, type Permission, READER, type TokenFacts, UNKNOWN_PAIR } from './item.ts';
import type { LoginOutcome } from './outcome.ts';

/**
 * Every change of an item, item -> item, pure; those of `waiting` are in control-transitions.ts. README.md beside this file
 * draws them.
 *
 * | from | by | to | possible failures |
 * |---|---|---|---|
 * | never opened | open, the operator | open | 1 that nobody saw, or 0 with `neverTried` |
 * | any but leased | close, the operator | never opened | kept |
 * | open, waiting | claim, any process | claimed | the same |
 * | claimed | count, the claim's process | leased | +1 before anything is sent |
 * | leased | uncount, its holder: nothing was sent | as before | -1, and the permission comes back |
 * | leased | settle, its holder | open, waiting, closed | by the outcome; an accepted login forgives its own API client's |
 * | leased | nobody, for 70 s | waiting: it may have failed | the same |
 * | waiting | ask and answered, any process | waiting, then open | the same |
 * | closed | permit, the operator | one login, of one version, for 15 min | the same; none, once it succeeds after EnKash's unlocking |
 */

/** Versions remembered; more than anybody rotates through while two of them matter. */
const REMEMBERED = 10;

/**
 * A new item, or a closed one that goes on counting: what it knows of failures is a lower bound.
 * @param fence of the token row that an item before it left behind: a lower one could not store a token
 */
export function open(before: GateItem | undefined, loginId: string, neverTried: boolean, fence = 0): GateItem {
  const item = before ?? {
    loginId,
    rev: 0,
    minReader: READER,
    opened: true,
    failures: [],
    fence,
    proven: [],
    refused: [],
  };
  const isKnown = countOf(item) > 0;
  const failures = isKnown || neverTried ? item.failures : [{ pair: UNKNOWN_PAIR, count: 1 }];
  return { ...item, opened: true, failures };
}

/** Nobody knows any more how near the lock is: after a restore, say. */
export function close(item: GateItem): GateItem {
  const failed = item.lease ? remember(item.failed, item.lease.content) : item.failed;
  return {
    ...item,
    failed,
    opened: false,
    claim: undefined,
    lease: undefined,
    permission: undefined,
    token: undefined,
  };
}

export function permit(item: GateItem, versionId: string, unlocked: boolean, now: number): GateItem {
  const until = now + PERMISSION_MS;
  return { ...item, permission: { versionId, count: countOf(item), givenAt: now, until, unlocked } };
}

/** A login of which nobody told what came of it, in 70 s: it may have failed, so EnKash is asked before the next one. */
export function abandon(item: GateItem, now: number): GateItem {
  const { lease } = item;
  if (!lease || now < lease.until) return item;
  const { since, until, partner, versionId, content } = lease;
  return {
    ...item,
    lease: undefined,
    failed: remember(item.failed, content),
    lastLogin: {
      at: since,
      partner,
      versionId,
      content,
      outcome: 'possible',
      evidence: 'nothing, the process stopped',
    },
    backOff: undefined,
    control: { tries: 0, at: until },
  };
}

export function claim(item: GateItem, owner: string, now: number): GateItem {
  return { ...abandon(item, now), claim: { owner, at: now, until: now + CLAIM_MS } };
}

/** One login is counted, and any permission spent, before a byte of it is sent. */
export function count(item: GateItem, owner: string, partner: string, version: Version, now: number): GateItem {
  const fence = item.fence + 1;
  const { versionId, content, pair } = version;
  const { permission } = item;
  const lease: Lease = {
    ...{ owner, fence, since: now, until: now + LEASE_MS, partner, versionId, content, pair },
    ...(permission && { permission }),
  };
  return { ...item, fence, failures: add(item.failures, pair, 1), claim: undefined, permission: undefined, lease };
}

/** Nothing was sent: the count is as before, and a permission too. */
export function uncount(item: GateItem, lease: Lease): GateItem {
  const permission: Permission | undefined = lease.permission ?? item.permission;
  return { ...item, failures: add(item.failures, lease.pair, -1), lease: undefined, permission };
}

export type LoginTimes = { readonly sent: number; readonly replied: number };
/** What follows a login that may have failed: control requests, or fixed waits where the stage forbids them. */
export type AfterPossible = 'control' | 'fixed';

/** The item after a login: the lease is over, the count says what EnKash may have counted. */
export function settle(
  item: GateItem,
  lease: Lease,
  outcome: LoginOutcome,
  at: LoginTimes,
  token: TokenFacts | undefined,
  after: AfterPossible,
): GateItem {
  const { partner, versionId, content } = lease;
  const { kind, evidence } = outcome;
  const lastLogin = { at: at.sent, partner, versionId, content, outcome: kind, evidence };
  const ended = { ...item, lease: undefined, lastLogin };
  const calm = { backOff: undefined, waitUntil: undefined, control: undefined };
  switch (outcome.kind) {
    case 'accepted':
      return { ...ended, ...calm, ...trusting(item, lease), token: token && nextToken(item.token, token) };
    case 'refused':
      return { ...ended, ...calm, ...distrusting(item, lease, at.replied) };
    case 'possible':
      return {
        ...ended,
        backOff: undefined,
        failed: remember(item.failed, content),
        ...waiting(outcome, at.replied, after),
        ...(outcome.unfinished && { atWorkUntil: at.sent + WAIT_AFTER_SILENCE_MS }),
      };
    case 'not-sent':
      return { ...uncount(ended, lease), backOff: backOff(item, at.replied) };
    case 'turned-away':
      return { ...uncount(ended, lease), permission: undefined, backOff: backOff(item, at.replied) };
  }
}

/**
 * A success forgives what its own API client may have failed, and what nobody saw. Other clients' failures stand, but for those
 * that EnKash had forgotten when the operator permitted this login.
 */
function trusting({ failures, proven, refused, failed }: GateItem, { content, pair, permission }: Lease) {
  const isForgiven = (of: string): boolean => permission?.unlocked === true || of === pair || of === UNKNOWN_PAIR;
  return {
    failures: failures.filter((failure) => !isForgiven(failure.pair)),
    proven: remember(proven, content),
    refused: refused
      .filter((refusal) => refusal.content !== content)
      .map((refusal) => (isForgiven(refusal.pair) ? { ...refusal, standing: false } : refusal)),
    failed: failed?.filter((other) => other !== content),
  };
}

function remember(contents: readonly string[] | undefined, content: string): string[] {
  return [content, ...(contents ?? []).filter((other) => other !== content)].slice(0, REMEMBERED);
}

/** Refused again, a content that once worked is still one that did. */
function distrusting({ proven, refused }: GateItem, { content, pair, versionId }: Lease, now: number) {
  const before = refused.find((other) => other.content === content);
  const worked = proven.includes(content) || before?.worked === true;
  const refusal = { content, pair, versionId, at: now, standing: true, worked };
  return {
    proven: proven.filter((other) => other !== content),
    refused: [refusal, ...refused.filter((other) => other.content !== content)].slice(0, REMEMBERED),
  };
}

/** A token with the text that a 401 just ended is dead. When the next login brings it again, EnKash has no other. */
function nextToken(before: TokenFacts | undefined, token: TokenFacts): TokenFacts {
  const isSame = before?.id === token.id && before.dead;
  return isSame && before.broughtAgain !== true ? { ...token, dead: true, broughtAgain: true } : token;
}

function waiting(outcome: Extract<LoginOutcome, { kind: 'possible' }>, now: number, after: AfterPossible) {
  const askedMs = (outcome.retryAfterSeconds ?? 0) * 1000;
  if (after === 'control') {
    return { waitUntil: now + Math.max(LOGIN_SPACING_MS, askedMs), control: { tries: 0, at: now } };
  }
  const fixedMs = outcome.silent ? WAIT_AFTER_SILENCE_MS : WAIT_AFTER_ANSWER_MS;
  return { waitUntil: now + Math.max(fixedMs, askedMs), control: undefined };
}

/** @returns the item itself when the token is another one, or accepted already */
export function markAccepted(item: GateItem, id: string, account: TokenFacts['accepted']): GateItem {
  if (item.token?.id !== id || item.token.dead || item.token.accepted) return item;
  return { ...item, token: { ...item.token, accepted: account }, neverAccepted: 0 };
}

/** @returns the item itself when the token is another one, or dead already */
export function markDead(item: GateItem, id: string): GateItem {
  if (item.token?.id !== id || item.token.dead) return item;
  const neverAccepted = item.token.accepted ? 0 : (item.neverAccepted ?? 0) + 1;
  return { ...item, token: { ...item.token, dead: true }, neverAccepted };
}

function add(failures: GateItem['failures'], pair: string, change: 1 | -1): GateItem['failures'] {
  const before = failures.find((failed) => failed.pair === pair);
  const changed = { ...before, pair, count: (before?.count ?? 0) + change };
  return [...failures.filter((failed) => failed.pair !== pair), changed].filter((failed) => failed.count > 0);
}

function backOff({ backOff: before }: GateItem, now: number) {
  const ms = Math.min(before ? before.ms * 2 : FIRST_BACK_OFF_MS, MAX_BACK_OFF_MS);
  return { ms, until: now + ms };
}
