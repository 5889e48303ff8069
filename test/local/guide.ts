import type { AccountId } from './enkash-accounts.ts';
import type { OAuthClient } from './oauth-issuer.ts';
import { practiceIds } from './practice.ts';
import type { Stage } from './stage.ts';
import { accountUrl } from './stage-client.ts';

/** Ports of an `npm start` that serves, so that what was pasted somewhere survives a restart. */
export const usualPorts = { gateway: 8787, issuer: 8788 } as const;

/** A line to paste: it fetches a token with the caller's secret, then the account. */
function curlLine(tokenUrl: string, caller: OAuthClient, url: string): string {
  const form = '-d grant_type=client_credentials';
  const token = `curl -s -u ${caller.clientId}:${caller.clientSecret} ${form} ${tokenUrl} | grep -o 'ey[^"]*'`;
  return `curl -s -H "Authorization: Bearer $(${token})" ${url}`;
}

const rows = (name: string, lines: readonly string[]): string[] =>
  lines.map((line, index) => `  ${(index === 0 ? name : '').padEnd(9)}  ${line}`);
const nameOf = ({ companyId, cardAccountId }: AccountId) => `${companyId}/${cardAccountId}`;

/** What one needs while the stage serves: addresses, callers, accounts, faults, and the operator's commands. */
export function servingGuide(stage: Stage, operatorFile: string, env: NodeJS.ProcessEnv): string {
  const { url, tokenUrl, callers, accounts, sandbox, forwarding } = stage;
  const [caller] = callers;
  const [account] = accounts;
  const scopes = ({ scopes }: OAuthClient) => scopes.map((scope) => scope.split('/').at(-1)).join(', ');
  const endpoints = Object.entries(env).filter(([name]) => name.startsWith('AWS_ENDPOINT_URL_'));
  return [
    `Serving until Ctrl-C.`,
    '',
    ...rows('API', [url, `${url}/docs   reference to try calls in, guides; ${url}/openapi.json`]),
    ...rows('token', [tokenUrl]),
    ...rows(
      'callers',
      callers.map((each) => `${each.clientId}  secret ${each.clientSecret}  may ${scopes(each)}`),
    ),
    ...rows('accounts', accounts.map(nameOf)),
    ...(account ? rows('try', [curlLine(tokenUrl, caller, accountUrl(url, account))]) : []),
    ...(sandbox
      ? rows('EnKash', [
          `${sandbox.url}, a sandbox: GET /__stats, POST /__faults /__password /__unlock /__revoke /__balance /__settings`,
          `curl -s ${sandbox.url}/__faults -d '{"api":"html-503"}'   breaks it; a wrong name lists the right ones; '{}' heals`,
        ])
      : []),
    ...(sandbox
      ? rows('practise', [
          practiceIds.join(' '),
          `of CEKTEST001: each fails, or changes, in its own way (${url}/docs/integrate.html)`,
        ])
      : []),
    ...(forwarding ? rows('webhooks', [`to ${forwarding.url}, signed with ${forwarding.secret}`]) : []),
    ...rows('operator', [
      `npm run doctor -- --stage local${operatorFile.endsWith('.build/stage-local.env') ? '' : ` --stage-file ${operatorFile}`}   (also gate, rotate, enkash, erase; by ${operatorFile})`,
    ]),
    ...rows(
      'AWS',
      endpoints.map(([name, value]) => `${name}=${value}`),
    ),
    '',
    "What happens from now on, in UTC (--verbose for the functions' own JSON):",
  ].join('\n');
}

/** What `--once` has shown, drawn. */
export function picture({ measured, event }: { readonly measured: number; readonly event: string }): string {
  return [
    '  caller ──▶ API ──▶ grant ──▶ login gate ──▶ EnKash        one login, one read, one validated answer',
    `  schedule ──▶ planner ──▶ queue ──▶ worker ──▶ history      ${measured} snapshots measured`,
    `  history ──▶ low-balance rule ──▶ bus                       ${event}`,
  ].join('\n');
}

/** Where to go after `--once`. The curl line is for an `npm start` that serves at its usual ports. */
export function whatNow({ callers: [caller], accounts: [account], sandbox }: Stage): string {
  const at = (port: number) => `http://127.0.0.1:${port}`;
  const row = (command: string, does: string) => `  ${command.padEnd(38)}${does}`;
  const paste =
    account && sandbox
      ? [
          '  and then, in another terminal:',
          '',
          curlLine(`${at(usualPorts.issuer)}/oauth2/token`, caller, accountUrl(at(usualPorts.gateway), account)),
          '',
        ]
      : [];
  return [
    'What now?',
    row('npm start', 'serves all of this until Ctrl-C'),
    ...paste,
    row('npm start -- --drill login-refused', 'plays an outage, with its alarm and its runbook'),
    row('npm run settings -- check', 'says what a deployment would create and cost'),
    row('README.md', 'says where to read on'),
  ].join('\n');
}
