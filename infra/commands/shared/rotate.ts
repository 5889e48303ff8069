import { type FetchSecret, type PartnerCredentials, parseSecret } from '../../../lib/enkash/credentials.ts';
import { CredentialsError } from '../../../lib/errors.ts';
import { loginIdOf } from '../../../lib/login-gate/content.ts';
import { countOf } from '../../../lib/login-gate/item.ts';
import type { LoginGateDeps } from '../../../lib/login-gate/memory.ts';
import { type NotTried, type Trial, tryPending } from '../../../lib/login-gate/trial.ts';
import { OperatorError } from './arguments.ts';

export type RotateDeps = {
  readonly gate: LoginGateDeps;
  readonly fetchSecret: FetchSecret;
  /** Saves a text as the secret's pending version. @returns its version id */
  readonly putPending: (secretId: string, text: string) => Promise<string>;
  /** Makes the pending version current, the current one previous. Rejects when another became current meanwhile. */
  readonly promote: (secretId: string, pendingId: string, currentId: string) => Promise<void>;
};

export type RotateRequest = {
  readonly partner: string;
  readonly secretId: string;
  /** Saved as the pending version first. */
  readonly text?: string | undefined;
};

export type Rotation = { readonly well: boolean; readonly words: readonly string[] };

/**
 * Tests the pending version of a partner's secret with at most one login through the gate, then makes it current.
 * @throws OperatorError when there is nothing to test, or it is malformed: no login was sent
 */
export async function rotate({ partner, secretId, text }: RotateRequest, deps: RotateDeps): Promise<Rotation> {
  const current = await deps.fetchSecret(secretId, { stage: 'AWSCURRENT' });
  if (!current) throw new OperatorError('The secret has no current version.');
  if (text !== undefined) {
    const given = parse(text, 'the file');
    const item = await deps.gate.store.read(loginIdOf(deps.gate.tokenUrl, given));
    if (item && countOf(item) > 0) return { well: false, words: notTried['failures-stand'] };
    await deps.putPending(secretId, text);
  }
  const pending = await deps.fetchSecret(secretId, { stage: 'AWSPENDING' });
  if (!pending || pending.versionId === current.versionId) throw new OperatorError(NOTHING_PENDING);
  const credentials = parse(pending.text, 'the pending version');
  if (sameLogin(credentials, current.text)) throw new OperatorError(SAME);

  const trial = await tryPending(deps.gate, partner, { ...credentials, versionId: pending.versionId });
  if (trial.kind !== 'accepted' && trial.kind !== 'already-proven') return { well: false, words: wordsOf(trial) };
  try {
    await deps.promote(secretId, pending.versionId, current.versionId);
  } catch {
    return { well: false, words: NOT_PROMOTED };
  }
  const tested = trial.kind === 'accepted' ? 'One login with the pending version succeeded.' : 'It had worked before.';
  return { well: true, words: [tested, `Version ${pending.versionId} is current, ${current.versionId} previous.`] };
}

function parse(text: string, what: string): PartnerCredentials {
  try {
    return parseSecret(text, '');
  } catch (error) {
    if (!(error instanceof CredentialsError)) throw error;
    throw new OperatorError(
      `${what} is not a partner secret (${error.reason}): infra/README.md says its fields. No login was sent.`,
    );
  }
}

/** Whether a login would say the same thing again. */
function sameLogin(pending: PartnerCredentials, currentText: string): boolean {
  try {
    const current = parseSecret(currentText, '');
    const keys = Object.keys({ ...pending, ...current }).filter((key) => key !== 'versionId');
    return keys.every((key) => Reflect.get(pending, key) === Reflect.get(current, key));
  } catch {
    return false;
  }
}

const NOTHING_PENDING = `The secret has no pending version. Save one, which nothing uses yet, with --file FILE or with
  aws secretsmanager put-secret-value --secret-id ARN --version-stages AWSPENDING --secret-string file://FILE`;
const SAME = 'The pending version holds what the current one holds: nothing to rotate. No login was sent.';
const NOT_PROMOTED = [
  'The pending version works, and it could not be made current: another version became current meanwhile, or the right',
  'secretsmanager:UpdateSecretVersionStage is missing. Run the command again: it promotes without another login.',
];

const notTried: Readonly<Record<NotTried, readonly string[]>> = {
  'never-opened': [
    'Refused, no login was sent: this login was never opened here, so nobody knows how near the lock is. Ask EnKash, then',
    '"npm run gate -- open".',
  ],
  'failures-stand': [
    'Refused, no login was sent: the gate stands at one or more possible failures, and the next login belongs to the fleet.',
    'Run "npm run gate -- status". At one failure, save the right secret as AWSCURRENT: the gate itself tries a new current',
    'version once. At two, ask EnKash whether the account is locked, then "npm run gate -- allow-one".',
  ],
  'refused-before': ['EnKash refused this very version before: no login was sent. Save a corrected one as AWSPENDING.'],
  'token-host-unavailable': [
    "EnKash's token host does not serve logins now. Nothing was counted; try again in a minute.",
  ],
  'gate-busy': ['The gate was busy for 15 seconds. Nothing was counted; try again.'],
  'gate-unreachable': ['The gate table cannot be read, so no login was sent. Check AWS credentials and rights.'],
};

function wordsOf(trial: Exclude<Trial, { kind: 'accepted' } | { kind: 'already-proven' }>): readonly string[] {
  if (trial.kind === 'not-tried') return notTried[trial.why];
  const count = trial.failures === undefined ? 'cannot be read now' : `stands at ${trial.failures} of 2`;
  return [
    `The login with the pending version failed, or its answer was lost. Nothing was promoted; the gate's count ${count}.`,
    "Do not run this again. Is the old password still valid at EnKash? Then the fleet's next login (within 5 minutes) clears",
    'the count; correct the pending version after that. Has EnKash changed it already? Save the right secret as AWSCURRENT',
    'now: the gate tries a new current version once.',
  ];
}
