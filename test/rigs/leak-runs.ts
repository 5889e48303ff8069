import { setImmediate as nextTurn } from 'node:timers/promises';
import { inspect } from 'node:util';
import { createHandler as createGet } from '../../functions/get-card-account.ts';
import { createHandler as createDropIn } from '../../functions/get-card-account-drop-in.ts';
import { createHandler as createInspect } from '../../functions/inspect.ts';
import { createHandler as createOperate } from '../../functions/operate.ts';
import type { ApiHandler, ApiResponse } from '../../lib/api/api-handler.ts';
import { OPERATE_LAMBDA_MS } from '../../lib/budgets.ts';
import { liveCardAccountDeps } from '../../lib/live/functions.ts';
import { liveInspectDeps, liveOperateDeps } from '../../lib/live/operate.ts';
import { createTable, startAws } from '../local/aws.ts';
import { faults } from '../local/enkash-faults.ts';
import { sandboxCredentials, startEnkashSandbox } from '../local/enkash-sandbox.ts';
import { openLocalGate } from '../local/open-gate.ts';
import { account, context, dropInEvent, getEvent, withQuery } from './function-rig.ts';

export type LeakRuns = {
  /** Everything written to stdout and stderr meanwhile: log lines, metrics, warnings. */
  readonly output: string;
  readonly answers: readonly { readonly personal: boolean; readonly text: string }[];
  readonly outcomes: ReadonlyMap<string, number>;
  readonly requests: number;
  /** The token that EnKash issued. */
  readonly token: string;
};

const TABLE = 'canary-login-gate';
const BALANCES = 'canary-balances';
/** Below the breaker's twenty, so that every request of a batch meets its fault. */
const BATCH = 15;

/** What the secret holds in a scenario about the secret; all of them hold secrets. */
const secrets: Record<string, string> = {
  good: JSON.stringify(sandboxCredentials),
  'wrong password': JSON.stringify({ ...sandboxCredentials, password: `${sandboxCredentials.password} wrong` }),
  'another key': JSON.stringify({
    ...sandboxCredentials,
    encryptionSecret: `${sandboxCredentials.encryptionSecret} wrong`,
  }),
  'half of it': JSON.stringify(sandboxCredentials).slice(0, -3),
  'a bare password': sandboxCredentials.password,
  'a trailing line feed': JSON.stringify({ ...sandboxCredentials, basicSecret: `${sandboxCredentials.basicSecret}\n` }),
  placeholder: JSON.stringify({ ...sandboxCredentials, placeholder: sandboxCredentials.password }),
};

type Scenario = { readonly api?: string; readonly token?: string; readonly secret: string };
const scenarios: readonly Scenario[] = [
  { secret: 'good' },
  ...[...faults.keys()].map((api) => ({ api, secret: 'good' })),
  ...[...faults.keys()].map((token) => ({ token, secret: 'good' })),
  ...Object.keys(secrets).map((secret) => ({ secret })),
  { secret: 'missing' },
];

/** Runs `work` while everything that the process prints, by streams, console or warnings, is kept instead. */
export async function captured(work: () => Promise<void>): Promise<string> {
  const pieces: string[] = [];
  const streams = [process.stdout, process.stderr];
  const writes = streams.map((stream) => stream.write);
  // Vitest gives its workers a console of their own, which does not end in the streams.
  const methods = ['log', 'info', 'warn', 'error', 'debug'] as const;
  const prints = methods.map((method) => console[method]);
  const onWarning = (warning: Error): void => void pieces.push(inspect(warning));
  const keep = (chunk: Uint8Array | string): boolean => {
    pieces.push(typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString('latin1'));
    return true;
  };
  for (const stream of streams) stream.write = keep;
  for (const method of methods)
    console[method] = (...values: unknown[]) => void pieces.push(values.map((value) => inspect(value)).join(' '));
  process.on('warning', onWarning);
  try {
    await work();
    // A warning is emitted on a later tick.
    await nextTurn();
  } finally {
    process.off('warning', onWarning);
    for (const [at, stream] of streams.entries()) stream.write = writes[at] ?? stream.write;
    for (const [at, method] of methods.entries()) console[method] = prints[at] ?? console[method];
  }
  return pieces.join('\n');
}

/**
 * Sends at least `count` requests through the production handlers with live dependencies, spread over every fault of the
 * sandbox on the API and on the token host, and over every way a secret can be wrong. Each batch is a partner of its own,
 * so that one scenario's closed gate is not the next one's.
 */
export async function runFaults(count: number): Promise<LeakRuns> {
  const before = { ...process.env };
  const sandbox = await startEnkashSandbox({ settings: { tokenLifeSeconds: 3_600 } });
  const aws = await startAws(process.env, { secrets });
  await createTable({ name: BALANCES, partitionKey: 'pk', sortKey: 'sk' });
  const answers: { personal: boolean; text: string }[] = [];
  const outcomes = new Map<string, number>();
  const operated: string[] = [];
  let partners = 0;

  async function batch(scenario: Scenario, size: number): Promise<void> {
    const { secret } = scenario;
    partners += 1;
    const partner = `partner-${partners}`;
    // One EnKash login has one gate, whatever its partners are called: a table of its own keeps the scenarios apart.
    const gateTable = `${TABLE}-${partner}`;
    await createTable({ name: gateTable, partitionKey: 'partner' });
    const env = {
      ...process.env,
      STAGE: 'canary',
      CALLERS: JSON.stringify({ 'client-1': 'alpha' }),
      PARTNER_SECRETS: JSON.stringify({ [partner]: secret }),
      ENKASH_API_URL: sandbox.url,
      ENKASH_TOKEN_URL: sandbox.url,
      NOT_FOUND_CODES: '[]',
      UNCOUNTED_LOGIN_REPLIES: '[]',
      CONTROL_REQUESTS: 'on',
      BALANCES_TABLE: BALANCES,
      LOGIN_GATE_TABLE: gateTable,
    };
    const grants = { alpha: { grants: [{ partner, companyId: account.companyId }] } };
    await openLocalGate(env, partner);
    const deps = liveCardAccountDeps({ env, grants });
    const [get, dropIn] = [createGet(deps), createDropIn(deps)];
    const kinds: [ApiHandler, object, boolean][] = [
      [get, getEvent(), false],
      [get, getEvent(withQuery({ view: ['full'] })), true],
      [dropIn, dropInEvent(), true],
    ];
    const run = async (nth: number): Promise<void> => {
      const [handler, event, holdsPersons] = kinds[nth % kinds.length] ?? [get, getEvent(), false];
      const answer: ApiResponse = await handler(event, context);
      const good = answer.statusCode === 200;
      answers.push({ personal: good && holdsPersons, text: JSON.stringify(answer) });
      const code = good ? 'OK' : String(JSON.parse(answer.body).code ?? 'drop-in failure');
      outcomes.set(code, (outcomes.get(code) ?? 0) + 1);
    };
    await Promise.all(Array.from({ length: size }, (_, nth) => run(nth)));
    if (!scenario.api && !scenario.token) operated.push(await askOperator({ env, partner }));
  }

  const issued = await tokenOf(sandbox.url);
  const perScenario = Math.max(3, Math.ceil(count / scenarios.length));
  try {
    const output = await captured(async () => {
      for (const scenario of scenarios) {
        sandbox.unlock();
        const { api, token } = scenario;
        sandbox.setFaults({ ...(api && { api }), ...(token && { token }) });
        const sizes = Array.from({ length: Math.ceil(perScenario / BATCH) }, (_, nth) =>
          Math.min(BATCH, perScenario - nth * BATCH),
        );
        await Promise.all(sizes.map((size) => batch(scenario, size)));
      }
    });
    const told = operated.map((text) => ({ personal: false, text }));
    return { output, answers: [...answers, ...told], outcomes, requests: answers.length, token: issued };
  } finally {
    await Promise.all([sandbox.close(), aws.close()]);
    for (const name of Object.keys(process.env)) if (!(name in before)) delete process.env[name];
  }
}

/** What the operator's two functions answer; the faults of EnKash are met by their own tests (`enkash.test.ts`). */
async function askOperator({ env, partner }: { env: NodeJS.ProcessEnv; partner: string }): Promise<string> {
  const timetable = { SNAPSHOT_EVERY_SECONDS: '900', SNAPSHOT_LATE_SECONDS: '300', SNAPSHOT_GRACE_SECONDS: '60' };
  const look = createInspect(liveInspectDeps({ env: { ...env, ...timetable } }));
  const act = createOperate(liveOperateDeps({ env }));
  const remaining = { getRemainingTimeInMillis: () => OPERATE_LAMBDA_MS };
  const asked = { partner, requestId: `canary-${partner}` };
  const told = [
    await look({ action: 'status', gauge: true }, remaining),
    await look({ action: 'check-secret' }, remaining),
    await act({ action: 'probe', ...asked, ...account }, remaining),
    await act({ action: 'try-pending', ...asked, requestId: `${asked.requestId}-pending` }, remaining),
  ];
  return JSON.stringify(told);
}

/** The sandbox hands the same token to whoever logs in while it lives. */
async function tokenOf(url: string): Promise<string> {
  const { basicId, basicSecret, username, password, clientId } = sandboxCredentials;
  const response = await fetch(`${url}/oauth/token`, {
    method: 'POST',
    headers: { authorization: `Basic ${btoa(`${basicId}:${basicSecret}`)}` },
    body: new URLSearchParams({ username, password, clientId, grant_type: 'password' }),
  });
  const { access_token: token } = Object(await response.json());
  return String(token);
}
