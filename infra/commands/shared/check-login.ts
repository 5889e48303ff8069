import { type FetchSecret, parseSecret } from '../../../lib/enkash/credentials.ts';
import { CredentialsError } from '../../../lib/errors.ts';
import type { GateItem, LoginGateStore } from '../../../lib/login-gate/item.ts';
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
      : wrong(check, 'is not well-formed', `${FORM} Save the corrected text as a new version.`);
  }
}

const FORM =
  'It is JSON with partnerId, basicId, basicSecret, username, password, clientId, encryption (aes-128-ecb, aes-128-ecb-raw or off) and encryptionSecret; no white space around a value.';

/**
 * What the gate's item says, without touching it.
 * @param currentId the secret's current version, where it can be read
 */
export async function checkGate(
  partner: string,
  store: LoginGateStore,
  now: number,
  currentId?: string,
): Promise<Finding> {
  const check = `login gate of ${partner}`;
  try {
    return judgeGate(check, partner, await store.read(partner), now, currentId);
  } catch {
    return wrong(
      check,
      'cannot be read: while it cannot, no login is sent',
      'Check the table and your AWS rights (dynamodb:GetItem).',
    );
  }
}

function judgeGate(
  check: string,
  partner: string,
  item: GateItem | undefined,
  now: number,
  currentId: string | undefined,
): Finding {
  if (!item) return ok(check, 'open; no login was ever sent');
  const { failures, lease, token, refused, backOff, freshRefusedUntil = 0 } = item;
  if (lease && now < lease.until) return ok(check, 'a login is under way');
  if (failures >= 2) {
    return wrong(
      check,
      'CLOSED (locked-out-risk): two logins may have failed, a third could lock the account',
      `Ask EnKash whether the account is locked. Correct the secret. Then: npm run gate -- allow-one --partner ${partner}`,
    );
  }
  const standing = refused.filter((refusal) => refusal.standing);
  if (failures === 1 && currentId !== undefined && standing.every(({ versionId }) => versionId !== currentId)) {
    return wrong(
      check,
      `one possible failure stands${standing.length > 0 ? ', of a secret version that is not current' : ': a login without a clear answer'}`,
      'The next login, with the current version, clears it or closes the gate. Change nothing unless EnKash changed the password.',
    );
  }
  if (failures === 1 && standing.length > 0) {
    return wrong(
      check,
      'closed for a refused secret version (password-refused); one possible failure stands',
      'Compare the secret with what EnKash issued; save the right one as a new version: the gate tries a new version once.',
    );
  }
  if (failures === 1) {
    return wrong(
      check,
      'one login was left without a clear answer; it counts as a possible failure',
      'Nothing yet: the next login clears it or closes the gate. Do not change the secret meanwhile.',
    );
  }
  if (now < freshRefusedUntil) {
    return wrong(
      check,
      'EnKash refuses tokens that it has just issued (fresh-token-refused)',
      'Do not rotate. Ask EnKash about API rights and the allow-listed addresses.',
    );
  }
  if (backOff && now < backOff.until) {
    return wrong(
      check,
      'backing off: the token host does not serve logins',
      'Ask EnKash; logins resume by themselves.',
    );
  }
  return ok(check, `open, no possible failure; token ${tokenWords(token, now)}`);
}

function tokenWords(token: GateItem['token'], now: number): string {
  if (!token) return 'none yet';
  if (token.dead) return 'refused by EnKash, the next request logs in';
  return now < token.usableUntil ? 'good' : 'over, the next request logs in';
}
