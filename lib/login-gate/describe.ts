import { shortId, type Version } from './content.ts';
import { countOf, type GateItem, MAX_FAILURES } from './item.ts';
import type { ClosedReason, Verdict, WaitReason } from './standing.ts';
import type { GateStatus } from './status.ts';

/** A gate in words, one line each; nothing secret. */
export function describeGate(status: GateStatus, now: number): string[] {
  const { loginId, item, contents, verdict, secretProblem, servesInstead } = status;
  const secret =
    secretProblem === undefined
      ? `secret version: ${describeVersion(contents.current, item)}`
      : `AWSCURRENT cannot be used (${secretProblem}): the login of the last token serves, with ${describeVersion(contents.previous, item)}`;
  const instead =
    servesInstead === undefined ? [] : [`meanwhile the login of the last token serves: ${shortId(servesInstead)}`];
  const head = [describeVerdict(verdict, now), `EnKash login: ${shortId(loginId)}`, secret, ...instead];
  if (!item) return head;
  const { lastLogin, permission, token, control } = item;
  return [
    ...head,
    `possible failures since the last success: ${countOf(item)} of ${MAX_FAILURES}`,
    `last login: ${lastLogin ? `${lastLogin.outcome} (${lastLogin.evidence}), sent ${at(lastLogin.at, now)}, version ${lastLogin.versionId}` : 'none yet'}`,
    ...(control
      ? [`EnKash was asked without a password ${control.tries} times: ${control.evidence ?? 'no answer yet'}`]
      : []),
    `token: ${token ? `${token.dead ? 'refused by EnKash' : `until ${at(token.endsAt, now)}`}, by version ${token.versionId}` : 'none'}`,
    `versions refused, not sent again: ${item.refused.map(({ versionId }) => versionId).join(', ') || 'none'}`,
    `one login permitted by the operator: ${permission && now < permission.until ? `version ${permission.versionId}, until ${at(permission.until, now)}` : 'no'}`,
  ];
}

function describeVersion(version: Version | undefined, item: GateItem | undefined): string {
  if (!version) return 'none that belongs to this login';
  return `${version.versionId}${item?.proven.includes(version.content) ? ' (worked)' : ''}`;
}

const closed: Readonly<Record<ClosedReason, string>> = {
  'never-opened':
    'nobody here knows how near the lock is. Have EnKash unlock the user, so that its count is zero, then "open"',
  'password-refused':
    'EnKash refused this secret. A corrected one, saved as a new version, is tried within two minutes',
  'locked-out-risk':
    'a third failure could lock the user. Have EnKash unlock it, so that its count is zero, then "allow-one"',
  'no-secret': 'no version of the secret may be sent. Save the right one',
};

const waits: Readonly<Record<WaitReason, string>> = {
  'login-under-way': 'a login is under way, until',
  claimed: 'a login is about to be sent, until',
  'token-alive': 'the token serves until',
  'backing-off': 'the token host was not reached or turned the login away; tried again at',
  spacing: 'one login in 10 s; the next one at',
  'after-possible': 'the last login may have failed; the next one not before',
  control: "the last login may have failed; EnKash's application is asked again at",
  'young-version': 'EnKash may not know the new secret yet; it is tried at',
};

function describeVerdict(verdict: Verdict, now: number): string {
  switch (verdict.kind) {
    case 'closed':
      return `CLOSED (${verdict.reason}): ${closed[verdict.reason]}`;
    case 'wait':
      return `open; ${verdict.waits.map(({ why, until }) => `${waits[why]} ${at(until, now)}`).join('; ')}`;
    case 'ask':
      return "open; the last login may have failed, and the next request asks EnKash's application first";
    case 'login':
      return `open; the next request logs in with version ${verdict.version.versionId}${verdict.permitted ? ', permitted by the operator' : ''}`;
  }
}

function at(instant: number, now: number): string {
  const seconds = Math.round(Math.abs(now - instant) / 1000);
  return `${new Date(instant).toISOString()} (${instant <= now ? `${seconds} s ago` : `in ${seconds} s`})`;
}
