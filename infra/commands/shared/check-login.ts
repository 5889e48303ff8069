import { type FetchSecret, parseSecret } from '../../../lib/enkash/credentials.ts';
import { CredentialsError } from '../../../lib/errors.ts';
import { describeGate } from '../../../lib/login-gate/describe.ts';
import type { LoginGateDeps } from '../../../lib/login-gate/memory.ts';
import { type GateStatus, statusOf } from '../../../lib/login-gate/operator.ts';
import type { ClosedReason } from '../../../lib/login-gate/standing.ts';
import { type Finding, ok, wrong } from './finding.ts';

/** Whether the partner's secret is filled and has the right form. Nothing of it is shown, and no login is sent. */
export async function checkSecret(partner: string, secretId: string, fetchSecret: FetchSecret): Promise<Finding> {
  const check = `secret of ${partner}`;
  const found = await fetchSecret(secretId, { stage: 'AWSCURRENT' }).catch(() => 'unreachable' as const);
  if (found === 'unreachable') {
    return wrong(
      check,
      'cannot be read',
      'Check your AWS rights (secretsmanager:GetSecretValue, kms:Decrypt) and the region.',
    );
  }
  if (!found)
    return wrong(check, 'is not there', 'Deploy the stage, then fill the secret (infra/README.md, "First day").');
  try {
    const { encryption } = parseSecret(found.text, found.versionId);
    return ok(check, `filled, well-formed, encryption ${encryption}, version ${found.versionId}`);
  } catch (error) {
    if (!(error instanceof CredentialsError)) throw error;
    return error.reason === 'not-filled'
      ? wrong(check, 'still holds its placeholder', 'Fill it with what EnKash issued (infra/README.md, "First day").')
      : wrong(check, `is not well-formed${inFields(error)}`, `${FORM} Save the corrected text as a new version.`);
  }
}

const inFields = ({ fields }: CredentialsError): string => (fields.length > 0 ? `: ${fields.join(', ')}` : '');

const FORM =
  'It is JSON with partnerId, basicId, basicSecret, username, password, clientId, encryption (aes-128-ecb, aes-128-ecb-raw or off) and encryptionSecret; no white space around a value, no invisible character in it.';

/** What the gate is about to do, by its own verdict, without touching it. */
export async function checkGate(partner: string, deps: LoginGateDeps): Promise<Finding> {
  const check = `login gate of ${partner}`;
  try {
    return judgeGate(check, partner, await statusOf(deps, partner), deps.now());
  } catch {
    return wrong(
      check,
      'cannot be read: while it cannot, no login is sent',
      'Check the secret, the table and your AWS rights (dynamodb:GetItem).',
    );
  }
}

function judgeGate(check: string, partner: string, status: GateStatus, now: number): Finding {
  const words = describeGate(status, now).join('; ');
  const { verdict, count, item, secretProblem } = status;
  if (verdict.kind === 'closed') return wrong(check, words, closedAdvice(verdict.reason, partner));
  if (secretProblem !== undefined) return wrong(check, words, 'Save the right secret as a new version.');
  const isBusy = verdict.kind === 'wait' && verdict.wait.why === 'login-under-way';
  if (isBusy) return ok(check, words);
  if (count > 0) {
    return wrong(
      check,
      words,
      'The next login, with the current version, clears it or closes the gate. Change nothing unless EnKash changed the password.',
    );
  }
  if (verdict.kind === 'wait' && verdict.wait.why === 'backing-off') {
    return wrong(check, words, `Ask EnKash what answers there: ${item?.lastLogin?.evidence ?? 'nothing'}.`);
  }
  return ok(check, words);
}

function closedAdvice(reason: ClosedReason, partner: string): string {
  switch (reason) {
    case 'never-opened':
      return `Ask EnKash whether the user is locked. Then: npm run gate -- open --partner ${partner}`;
    case 'password-refused':
    case 'no-secret':
      return 'Compare the secret with what EnKash issued; save the right one as a new version: the gate tries a new version once.';
    case 'locked-out-risk':
      return `Ask EnKash whether the account is locked. Correct the secret. Then: npm run gate -- allow-one --partner ${partner} --unlocked-by-enkash`;
  }
}
