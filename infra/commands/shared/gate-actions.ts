import type { Answer, GateView } from '../../../lib/operate/answers.ts';
import { isConfirmed } from './ask.ts';
import { isOpen, nextAbout, pasteable } from './gate-words.ts';
import { lookAt, type Operator, readGate } from './read-gate.ts';

/** What the operator says they know. */
export type Said = {
  readonly neverTried: boolean;
  readonly sameSecret: boolean;
  readonly unlockedByEnkash: boolean;
};

/** EnKash locks at the third failure in a row. */
const MAX_FAILURES = 2;
/** A user at two failures is not locked, and the next login may be the third. */
const UNLOCKED_QUESTION = 'Has EnKash unlocked the user, so that its count of failed logins is zero now?';

/** @returns false when no login is sent by itself */
export async function showStatus(operator: Operator, json: boolean): Promise<boolean> {
  const { facts, partner, print } = operator;
  if (json) {
    const view = await lookAt(operator);
    print(JSON.stringify(view));
    return isOpen(view);
  }
  const view = await readGate(operator);
  print(`Login gate of partner ${partner}, stage ${facts.stage}`);
  for (const line of view.words) print(`  ${line}`);
  const next = nextAbout(view, facts);
  if (next !== undefined) print(`Next: ${next}`);
  return isOpen(view);
}

const openWords: Readonly<Record<Answer<'open'>['outcome'], string>> = {
  opened: 'opened.',
  'already-open': 'it is open already. Nothing changed.',
  'failures-known':
    'logins are known here, so it was tried before. Nothing changed: ask EnKash, then say --unlocked-by-enkash in place of --never-tried.',
  busy: 'the gate kept changing. Nothing changed: try again.',
  'needs-confirmation': 'nobody said what is known of the lock. Nothing changed.',
  changed: 'the secret names another login now than it did a moment ago. Nothing changed: run it again.',
};

export async function openGate(operator: Operator, said: Said): Promise<boolean> {
  const { facts, functions, partner, print } = operator;
  const { loginId, verdict } = await readGate(operator);
  if (verdict.kind !== 'closed' || verdict.reason !== 'never-opened') {
    print(`Login ${loginId.slice(0, 8)}: ${openWords['already-open']}`);
    if (verdict.kind === 'closed') await showWhatStands(operator);
    return verdict.kind !== 'closed';
  }
  const known = await whatIsKnown(said, print);
  if (!known) {
    print(`Nothing changed. Say what you know: ${pasteable('gate -- open', facts, partner)} --unlocked-by-enkash`);
    print('  (or --never-tried, where nobody, anywhere, ever failed a login of this user)');
    return false;
  }
  const { neverTried, unlockedByEnkash } = known;
  const { outcome, login } = await functions.operate<'open'>({
    ...{ action: 'open', partner, neverTried, unlockedByEnkash, loginId },
  });
  print(`Login ${login ?? loginId.slice(0, 8)}: ${openWords[outcome]}`);
  if (outcome === 'opened') await showWhatStands(operator);
  return outcome === 'opened' || outcome === 'already-open';
}

/** An opened gate may still stand at failures that were counted before it was closed. */
async function showWhatStands(operator: Operator): Promise<void> {
  const { facts, partner, print } = operator;
  const view = await lookAt(operator);
  const next = nextAbout(view, facts) ?? `Watch it: ${pasteable('gate -- status', facts, partner)}`;
  if (view.readable) print(`  ${view.words[0]}`);
  print(`Next: ${next}`);
}

/** @returns undefined where nobody knows enough to open a gate */
async function whatIsKnown(said: Said, print: Operator['print']): Promise<Said | undefined> {
  if (said.neverTried || said.unlockedByEnkash) return said;
  print('EnKash locks a user at the third failed login in a row, and nobody here knows how many there were.');
  const isAsked = await isConfirmed(UNLOCKED_QUESTION);
  return isAsked ? { ...said, unlockedByEnkash: true } : undefined;
}

const closeWords: Readonly<Record<Answer<'close'>['outcome'], string>> = {
  closed:
    'closed. No login is sent until "open", and callers are turned away: a process that has the token serves until it ends, 5 minutes at most.',
  'not-open': 'it is not open. Nothing changed.',
  'login-under-way': 'a login is under way. Nothing changed: run it again in a minute.',
  busy: 'the gate kept changing. Nothing changed: try again.',
};

export async function closeGate({ facts, functions, partner, print }: Operator): Promise<boolean> {
  const { outcome, login } = await functions.operate<'close'>({ action: 'close', partner });
  print(`Login ${login ?? ''}: ${closeWords[outcome]}`);
  if (outcome === 'closed') {
    print(
      `Next: have EnKash unlock the user, so that its count is zero. Then: ${pasteable('gate -- open', facts, partner)} --unlocked-by-enkash`,
    );
  }
  return outcome === 'closed' || outcome === 'not-open';
}

const permissionWords: Readonly<Record<Answer<'allow-one'>['outcome'], string>> = {
  allowed: 'One login is permitted, of that version alone: the next request that needs a token sends it.',
  'already-allowed': 'One login was permitted already and is still to come. Nothing changed.',
  changed: 'The gate or the secret changed since it was read. Nothing changed: look again, then decide again.',
  'login-under-way': 'A login is under way, its outcome decides. Nothing changed: look again in a minute.',
  'not-needed': 'Not needed: the gate sends the next login by itself, with this version. Nothing changed.',
  'never-opened': 'The gate was never opened for this login. Nothing changed: ask EnKash, then "open".',
  'no-secret':
    'The current secret cannot be used, or belongs to another login. Nothing changed: save the right one first.',
  'needs-unlocked-by-enkash':
    'Refused: a third failure could lock the user. Have EnKash unlock it, so that its count is zero, then add --unlocked-by-enkash. Nothing changed.',
  'needs-same-secret':
    'Refused: a login with the current secret version failed before. Save the right secret first; if this one is right and EnKash mended something, add --same-secret. Nothing changed.',
  busy: 'The gate kept changing. Nothing changed: try again.',
};

export async function allowOne(operator: Operator, given: Said): Promise<boolean> {
  const { facts, functions, partner, print } = operator;
  const view = await readGate(operator);
  const { loginId, rev, count, versionId } = view;
  const said = await confirm(view, given);
  const { outcome } = await functions.operate<'allow-one'>({
    action: 'allow-one',
    partner,
    shown: { loginId, rev, count, versionId: versionId ?? 'none' },
    ...said,
  });
  print(`Secret version ${versionId ?? 'none'}: ${permissionWords[outcome]}`);
  print(`What stands now: ${pasteable('gate -- status', facts, partner)}`);
  return ['allowed', 'already-allowed', 'not-needed'].includes(outcome);
}

/** Asks for what the function will want to hear, where a person is there to answer. */
async function confirm(view: GateView, { sameSecret, unlockedByEnkash }: Said) {
  const { count, verdict, hasFailed, versionId } = view;
  const isClosed = verdict.kind === 'closed' && verdict.reason !== 'never-opened';
  if (!isClosed || versionId === null) return { sameSecret, unlockedByEnkash };
  const isUnlocked = unlockedByEnkash || (count >= MAX_FAILURES && (await isConfirmed(UNLOCKED_QUESTION)));
  const isSame =
    sameSecret ||
    ((count < MAX_FAILURES || hasFailed) &&
      (await isConfirmed(`A login with the secret version ${versionId} failed. Is this secret right all the same?`)));
  return { sameSecret: isSame, unlockedByEnkash: isUnlocked };
}
