import type { CredentialsProblem } from '../../errors.ts';
import type { BlockReason } from '../../login-gate/refusals.ts';

type UpstreamReason =
  | 'not-the-api'
  | 'egress-refused'
  | 'circuit-open'
  | 'token-refused'
  | 'token-host-unavailable'
  | 'login-unanswered';

export type ReasonWords = {
  readonly what: string;
  /** It passes by itself; else somebody who runs the service must act, and a retry only asks whether he did. */
  readonly passes: boolean;
};

const passing = (what: string): ReasonWords => ({ what, passes: true });
const waiting = (what: string): ReasonWords => ({ what, passes: false });

/** Every `reason` that a problem can have. Only OpenAPI and the glossary import it. */
export const reasonWords: Readonly<Record<BlockReason | CredentialsProblem | UpstreamReason, ReasonWords>> = {
  'not-the-api': passing("Something else than EnKash's API answered at its address."),
  'egress-refused': waiting('EnKash does not take calls from our address.'),
  'circuit-open': passing('Nearly every call of the last seconds failed: none is made for a moment.'),
  'token-refused': passing('EnKash refused its own token.'),
  'token-host-unavailable': passing("EnKash's token endpoint cannot be reached."),
  'login-unanswered': passing('A login got no clear answer: the next one waits.'),
  'login-in-progress': passing('A login to EnKash is under way.'),
  'login-spacing': passing('Logins keep their distance from each other.'),
  'young-version': passing('A secret was saved moments ago: it is tried when everybody has it.'),
  'token-ending': passing('The token ends before the read would.'),
  'token-unreadable': passing('The stored token cannot be read: the next login replaces it.'),
  'no-time-left': passing('The time of the request ended before a token was there.'),
  'gate-unreachable': passing('The table that counts logins cannot be reached.'),
  'never-opened': waiting('Nobody has allowed a first login yet.'),
  'password-refused': waiting('EnKash refused our password.'),
  'locked-out-risk': waiting('One more failed login could lock our user at EnKash.'),
  'no-secret': waiting('There is no secret that may be sent to EnKash.'),
  'not-filled': waiting('The secret for EnKash was never filled in.'),
  invalid: waiting('The secret for EnKash cannot be right.'),
  unreachable: passing('The store of secrets cannot be reached.'),
  'unknown-partner': waiting('The grant names a partner that the stage does not have.'),
};
