import type { ProbeReport } from './probe.ts';

/** The report for a person: what was met, and what it answers. */
export function describeProbe(report: ProbeReport): string[] {
  const { login, reads, result } = report;
  const { code, reason, step, paths = [] } = result;
  const why = [reason, step && `step ${step}`].filter((part) => part !== undefined).join(', ');
  return [
    `EnKash as stage ${report.stage} met it, partner ${report.partner}, ${report.at}`,
    '',
    ...(login
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
    ...nextStep(report),
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
    'EnKash does not know this address. Probe from an address on its allow-list, or have this one added.',
  'not-the-api':
    'Something else than the card API answers at this host: compare apiUrl with what EnKash gave. EnKash may be deploying.',
  'not-filled': 'The secret still holds its placeholder: fill it, see infra/README.md, "First day".',
  invalid: 'The secret is not well-formed: "npm run doctor" says what it must hold.',
  'password-refused':
    'The login was refused. Do not repeat it: compare the secret with what EnKash issued, field by field.',
  'locked-out-risk':
    'Two logins may have failed. Ask EnKash whether the account is locked, then "npm run gate -- allow-one".',
  'fresh-token-refused': 'The login is right and its token is refused: ask EnKash about API rights and the allow-list.',
  ACCOUNT_NOT_FOUND:
    'Check --company and --card-account with EnKash; the result code above may belong into notFoundCodes.',
  UPSTREAM_REFUSED: 'EnKash read the request and refused it: send it the status and the result code above.',
  UPSTREAM_UNREADABLE: 'The shape above is what cannot be read; "step" says where. Send EnKash this report.',
  UPSTREAM_UNAVAILABLE: 'EnKash did not serve the call. Nothing was counted against the login.',
};

function nextStep({ result: { code, reason = '' } }: ProbeReport): string[] {
  const words = next[reason] ?? next[code];
  return words === undefined ? [] : [`Next: ${words}`];
}
