import type { AnyGateView, GateView } from '../../../lib/operate/answers.ts';
import type { StageFacts } from './stage-facts.ts';

type Named = Pick<StageFacts, 'named'>;
type Secrets = Pick<StageFacts, 'secretIds' | 'secretFile'>;
export type GateFacts = Pick<StageFacts, 'named' | 'enkash'> & Secrets;

/** A command of this project that can be pasted. */
export function pasteable(command: string, { named }: Named, partner?: string): string {
  return `npm run ${command} ${named}${partner === undefined ? '' : ` --partner ${partner}`}`;
}

/** How a secret becomes the current version. */
export function saveSecret({ secretIds, secretFile }: Secrets, partner: string): string {
  return secretFile === undefined
    ? `aws secretsmanager put-secret-value --secret-id ${secretIds[partner]} --secret-string file://FILE`
    : `cp FILE ${secretFile}`;
}

/** What keeps a secret from naming the login whose gate is meant. */
const secretProblems: Readonly<Record<string, string>> = {
  'not-filled': 'is not filled',
  invalid: 'is not well-formed',
  unreachable: 'cannot be read',
};

export function waitsForSecret(reason: string): boolean {
  return Object.hasOwn(secretProblems, reason);
}

/** Why nobody can say how a gate stands. */
export function whyUnreadable(reason: string): string {
  return waitsForSecret(reason)
    ? `waits for the secret, which ${secretProblems[reason]} (${reason}) and so names no login: none is sent before`
    : `cannot be read (${reason}): while it cannot, no login is sent`;
}

/** Whether a gate sends logins by itself, now or after a wait. */
export function isOpen(view: AnyGateView): view is GateView {
  return view.readable && view.verdict.kind !== 'closed';
}

/** What to do next about a gate, with the whole command; undefined where there is nothing to do. */
export function nextAbout(view: AnyGateView, facts: GateFacts): string | undefined {
  const { partner } = view;
  const run = (command: string) => pasteable(command, facts, partner);
  if (!view.readable) {
    return view.reason === 'not-filled'
      ? `Fill the secret with what EnKash issued (infra/README.md, step 4): ${saveSecret(facts, partner)}`
      : `While it cannot be read, no login is sent. What is wrong, in words: ${pasteable('doctor --', facts)}`;
  }
  const save = saveSecret(facts, partner);
  if (view.verdict.kind === 'closed') return nextWhileClosed(view, view.verdict.reason, run, save);
  if (view.secretProblem !== null) return `Save the right secret as a new version: ${save}`;
  const isBusy = view.verdict.kind === 'wait' && view.verdict.why === 'login-under-way';
  if (isBusy) return undefined;
  const correct = view.wasRefused ? correctCurrent(view, save, run('gate -- allow-one')) : undefined;
  if (view.count === 0) return correct;
  if (view.otherFails)
    return `A failure of another basicId or clientId stands, which no login clears. Have EnKash unlock the user, so that its count is zero. Then: ${run('gate -- allow-one')} --unlocked-by-enkash`;
  const wait = `The next login, with the ${view.sends} version, clears the count or closes the gate. ${correct ?? 'Change nothing unless EnKash changed the password.'}`;
  // EnKash's login is at no other path: whatever says so is not EnKash's application.
  if (!/^40[45] /.test(view.evidence ?? '')) return wait;
  const { host } = new URL(facts.enkash.tokenUrl);
  return `Something else than EnKash's login may answer at ${host} (${view.evidence}): compare enkash.tokenUrl with what EnKash gave. ${wait}`;
}

/** Logins may go on, but not for long: the previous version works until EnKash ends it. */
function correctCurrent({ sends }: GateView, save: string, allow: string): string {
  return sends === 'previous'
    ? `EnKash refused the current version, and the previous one serves. Save the right secret as a new version: ${save} (or, where the current one is right after all and EnKash knew it late: ${allow} --same-secret)`
    : `EnKash refused the current version before. Unless it is right all the same, save the right secret as a new version: ${save}`;
}

function nextWhileClosed(
  { hasFailed }: GateView,
  reason: Extract<GateView['verdict'], { kind: 'closed' }>['reason'],
  run: (command: string) => string,
  save: string,
): string {
  const compare = `Compare the secret with what EnKash issued. Then save the right one as a new version (${save}): the gate tries it once, within two minutes.`;
  switch (reason) {
    case 'never-opened':
      return `Have EnKash unlock the user, so that its count is zero. Then: ${run('gate -- open')} --unlocked-by-enkash (or --never-tried, where nobody ever failed)`;
    case 'password-refused':
      return `${compare} If this one is right: ${run('gate -- allow-one')} --same-secret`;
    case 'no-secret':
      return compare;
    case 'locked-out-risk':
      return `Have EnKash unlock the user, so that its count is zero ("not locked" is not enough). Save the right secret: ${save}. Then: ${run('gate -- allow-one')} --unlocked-by-enkash${hasFailed ? ' (with --same-secret only if the secret that failed is right)' : ''}`;
  }
}
