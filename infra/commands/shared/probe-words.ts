import type { ProbeReport } from '../../../lib/operate/probe-report.ts';
import { pasteable } from './gate-words.ts';
import type { StageFacts } from './stage-facts.ts';

/** The report for a person: what was met, and what it answers. */
export function describeProbe(report: ProbeReport, facts: Pick<StageFacts, 'named'>): string[] {
  const { login, reads, result } = report;
  const { code, reason, step, paths = [] } = result;
  const why = [reason, step && `step ${step}`].filter((part) => part !== undefined).join(', ');
  return [
    `EnKash as stage ${report.stage} met it, partner ${report.partner}, ${report.at}`,
    '',
    ...(login !== null
      ? [
          `Login: ${login.status}, ${login.contentType}, ${login.body}, ${login.ms} ms: ${login.outcome}`,
          `  variant: ${login.variant}; stated life: ${login.statedLife}`,
          ...login.shape.map((line) => `  ${line}`),
        ]
      : [loginNotSent(report)]),
    ...reads.flatMap((read) => [
      '',
      `Read: ${read.status}, ${read.contentType}, ${read.body}, ${read.bytes} bytes, ${read.ms} ms`,
      `  request was ${read.requestWas}; ${read.encryption}; stringified ${read.stringified}`,
      `  envelope: ${read.envelope}, result code: ${read.resultCode}, ${read.payload}`,
      `  documented as required, but absent or null: ${read.requiredButMissing.join(', ') || 'none'}`,
      ...read.shape.map((line) => `  ${line}`),
    ]),
    '',
    `Result: ${code}${why === '' ? '' : ` (${why})`}`,
    ...paths.map((path) => `  ${path}`),
    ...nextStep(report, facts),
  ];
}

function loginNotSent({ reads }: ProbeReport): string {
  return reads.length > 0
    ? 'Login: none was sent, the fleet has a token. Its variant shows when you probe after the token has ended (5 minutes).'
    : 'Login: none was sent.';
}

/** Reason or code -> what to do about it. */
const next: Readonly<Record<string, string>> = {
  'egress-refused':
    "EnKash does not know our address: compare the stack's outputs EgressAddress… with its allow-list, and have it corrected.",
  'not-filled': 'The secret still holds its placeholder: fill it, see infra/README.md, step 4.',
  invalid: 'The secret is not well-formed: the doctor says which field cannot be right.',
  'password-refused':
    'The login was refused. Do not repeat it: compare the secret with what EnKash issued, field by field.',
  'fresh-token-refused': 'The login is right and its token is refused: ask EnKash about API rights and the allow-list.',
  'token-refused':
    'The login is right and its token is refused: ask EnKash about API rights, partnerId and the allow-list. Do not rotate.',
  'login-spacing': 'A login was sent a moment ago, and nothing is wrong: probe again in 10 s.',
  'login-in-progress': 'A login is under way, and nothing is wrong: probe again in 10 s.',
  ACCOUNT_NOT_FOUND:
    'Check --company and --card-account with EnKash; the result code above may belong into notFoundCodes.',
  UPSTREAM_REFUSED: 'EnKash read the request and refused it: send it the status and the result code above.',
  UPSTREAM_MISMATCH:
    'EnKash answered about another account, a security incident: send it the time and the ids, and see the runbook upstream-mismatch.',
  UPSTREAM_TIMEOUT: 'EnKash is slow, and nothing here needs a restart: ask it, with the time.',
  UPSTREAM_UNAVAILABLE:
    'EnKash does not answer, or not well: the status above says how; see the runbook upstream-down.',
  UPSTREAM_UNREADABLE: 'The shape above is what cannot be read; "step" says where. Send EnKash this report.',
};

function nextStep({ result, apiHost, partner, login }: ProbeReport, facts: Pick<StageFacts, 'named'>): string[] {
  const { code, reason = '' } = result;
  const words = wordsFor(code, reason, apiHost);
  const status = pasteable('gate -- status', facts, partner);
  // A login that went out without being accepted is counted: what stands now decides what comes next.
  const counted = login !== null && login.outcome !== 'accepted';
  const look = code === 'PARTNER_LOGIN_BLOCKED' || counted ? [`What stands against logins: ${status}`] : [];
  return [...(words === undefined ? [] : [`Next: ${words}`]), ...look];
}

function wordsFor(code: string, reason: string, apiHost: string): string | undefined {
  if (reason === 'not-the-api') {
    return `Something else than the card API answers at ${apiHost}: compare enkash.apiUrl with what EnKash gave. EnKash may be deploying.`;
  }
  if (reason === 'never-opened') return 'The gate was never opened, and a probe never opens it.';
  if (reason === 'locked-out-risk') return 'Two logins may have failed, and a third could lock the user.';
  return next[reason] ?? next[code];
}
