import { type PartnerCredentials, parseSecret } from '../../../lib/enkash/credentials.ts';
import { CredentialsError } from '../../../lib/errors.ts';
import { loginIdOf } from '../../../lib/login-gate/content.ts';
import type { Answer } from '../../../lib/operate/answers.ts';
import { OperatorError } from './arguments.ts';
import { pasteable, saveSecret } from './gate-words.ts';
import type { Functions } from './invoke.ts';
import { readGate } from './read-gate.ts';
import type { StageFacts } from './stage-facts.ts';

export type RotateDeps = {
  readonly facts: StageFacts;
  readonly functions: Functions;
  /**
   * Saves a text as the secret's pending version, by the operator's own rights: no secret goes through an invocation.
   * @returns its version id
   */
  readonly putPending: (secretId: string, text: string) => Promise<string | undefined>;
};

export type Rotation = { readonly well: boolean; readonly words: readonly string[] };

/**
 * Has the pending version of a partner's secret tested with at most one login through the gate, then made current.
 * @param text saved as the pending version first
 * @throws OperatorError when there is nothing to test, or it is malformed: no login was sent
 */
export async function rotate(partner: string, text: string | undefined, deps: RotateDeps): Promise<Rotation> {
  const { facts, functions, putPending } = deps;
  if (facts.secretFile !== undefined) throw new OperatorError(followed(facts.secretFile));
  let savedId: string | undefined;
  if (text !== undefined) {
    const view = await readGate({ functions, partner, facts });
    const given = parse(text);
    const isSameLogin = loginIdOf(facts.enkash.tokenUrl, given) === view.loginId;
    if (isSameLogin && view.count > 0) return { well: false, words: failuresStand(facts, partner) };
    savedId = await putPending(facts.secretIds[partner] ?? '', text);
  }
  const named = savedId === undefined ? {} : { pendingId: savedId };
  const trial = await functions.operate<'try-pending'>({ action: 'try-pending', partner, ...named });
  const { pendingId, currentId, outcome } = trial;
  const isTested = outcome === 'accepted' || outcome === 'already-proven';
  if (!isTested || pendingId === undefined || currentId === undefined) {
    return { well: false, words: wordsOf(trial, facts, partner) };
  }
  const tested = outcome === 'accepted' ? 'One login with the pending version succeeded.' : 'It had worked before.';
  const promoted = await functions
    .operate<'promote'>({ action: 'promote', partner, pendingId, currentId })
    .catch((error: unknown) => {
      if (!(error instanceof OperatorError)) throw error;
      const again = pasteable('rotate --', facts, partner);
      throw new OperatorError(
        `${tested} It is version ${pendingId}. Whether it is current now is not known: ${error.message}\nNext, at once: ${again} (without --file: it promotes what was tested)`,
      );
    });
  if (promoted.outcome === 'promoted' || promoted.outcome === 'already-current') {
    return { well: true, words: [tested, `Version ${pendingId} is current, ${currentId} previous.`] };
  }
  return { well: false, words: [tested, ...notPromoted(promoted.outcome, facts, partner)] };
}

/** The next read would make the file's content current again. */
function followed(file: string): string {
  return [
    `This stage takes its secret from a file (ENKASH_SECRET_FILE=${file}), which would undo a rotation. No login was sent, nothing was saved.`,
    'Save the new credentials into that file: the gate tries them by itself. Or start the stage without the file, to practise a rotation.',
  ].join('\n');
}

function parse(text: string): PartnerCredentials {
  try {
    return parseSecret(text, '');
  } catch (error) {
    if (!(error instanceof CredentialsError)) throw error;
    const fields = error.fields.length > 0 ? `: ${error.fields.join(', ')}` : '';
    throw new OperatorError(
      `the file is not a partner secret (${error.reason}${fields}): infra/README.md says its fields. No login was sent, nothing was saved.`,
    );
  }
}

function notPromoted(
  outcome: Exclude<Answer<'promote'>['outcome'], 'promoted' | 'already-current'>,
  facts: StageFacts,
  partner: string,
): readonly string[] {
  const why = {
    changed: 'Another version became current or pending meanwhile, so nothing was promoted.',
    'not-tested': 'The gate no longer knows a login with it that succeeded, so nothing was promoted.',
    'not-moved': 'It could not be made current: Secrets Manager refused.',
  }[outcome];
  return [
    why,
    outcome === 'not-tested'
      ? `Next: run it again, it sends one login more: ${pasteable('rotate --', facts, partner)}`
      : `Next: run it again, it sends no login for the version that worked last: ${pasteable('rotate --', facts, partner)}`,
  ];
}

function failuresStand(facts: StageFacts, partner: string): readonly string[] {
  return [
    'Refused, no login was sent: the gate stands at one or more possible failures, and the next login belongs to the fleet.',
    `What stands: ${pasteable('gate -- status', facts, partner)}`,
    `At one failure, save the right secret as AWSCURRENT (${saveSecret(facts, partner)}): the gate itself tries a new`,
    `current version once. At two, have EnKash unlock the user, so that its count is zero, then: ${pasteable('gate -- allow-one', facts, partner)} --unlocked-by-enkash`,
  ];
}

/** EnKash may know a new password a moment after it says so; what it refused is not sent again by itself. */
function tooEarly(facts: StageFacts, partner: string): readonly string[] {
  return [
    'Were the values right, and EnKash not ready yet? Save them as AWSCURRENT, and at once, before the old ones are sent again:',
    `  ${pasteable('gate -- allow-one', facts, partner)} --same-secret`,
  ];
}

type Untested = Exclude<Answer<'try-pending'>['outcome'], 'accepted' | 'already-proven'>;

function wordsOf(trial: Answer<'try-pending'>, facts: StageFacts, partner: string): readonly string[] {
  const status = pasteable('gate -- status', facts, partner);
  const again = pasteable('rotate --', facts, partner);
  const fields = trial.fields !== undefined && trial.fields.length > 0 ? `: ${trial.fields.join(', ')}` : '';
  const words: Readonly<Record<Untested, readonly string[]>> = {
    'no-current': ['The secret has no current version. No login was sent.'],
    'no-pending': [
      'The secret has no pending version. No login was sent. Save one, which nothing uses yet:',
      `  ${again} --file FILE`,
    ],
    'not-filled': ['The pending version is the placeholder. No login was sent.'],
    invalid: [
      `The pending version is not a partner secret (invalid${fields}). No login was sent. Next: ${again} --file FILE`,
    ],
    'same-as-current': ['The pending version holds what the current one holds: nothing to rotate. No login was sent.'],
    'never-opened': [
      'Refused, no login was sent: this login was never opened here, so nobody knows how near the lock is.',
      `The current username: have EnKash unlock the user, so that its count is zero, then: ${pasteable('gate -- open', facts, partner)} --unlocked-by-enkash`,
      'Another username has a gate of its own: save it as AWSCURRENT, and the login before it goes on serving until you open the new one by the same command.',
      `What stands: ${status}`,
    ],
    'failures-stand': failuresStand(facts, partner),
    'refused-before': [
      `EnKash refused these very values before: no login was sent. Save corrected ones: ${again} --file FILE`,
      ...tooEarly(facts, partner),
    ],
    'token-host-unavailable': [
      `EnKash's token host does not serve logins now. Nothing was counted. In a minute: ${again}`,
    ],
    'gate-busy': [`The gate was busy for 15 seconds. Nothing was counted. Again: ${again}`],
    'gate-unreachable': [
      `The gate's table cannot be read, so no login was sent. What is wrong: ${pasteable('doctor --', facts)}`,
    ],
    failed: [
      `The login with the pending version failed, or its answer was lost. Nothing was promoted; the gate's count ${trial.failures === undefined ? 'cannot be read now' : `stands at ${trial.failures} of 2`}.`,
      "Do not run this again. Is the old password still valid at EnKash? Then the fleet's next login (within 5 minutes) clears",
      'the count, unless the pending version has another basicId or clientId; correct the pending version after that. Has EnKash',
      `changed it already, and the pending version is wrong? Save the right secret as AWSCURRENT now: ${saveSecret(facts, partner)}`,
      'The gate tries a new current version once.',
      ...tooEarly(facts, partner),
      `What stands: ${status}`,
    ],
  };
  const { outcome } = trial;
  return outcome === 'accepted' || outcome === 'already-proven' ? [] : words[outcome];
}
