import fc from 'fast-check';
import { dropInFailureSchema } from '../../lib/account/drop-in-view.ts';
import type { ApiResponse } from '../../lib/api/api-handler.ts';
import { problemSchema } from '../../lib/api/problem.ts';
import type { Grants } from '../../lib/grants.ts';
import { createScanner, plantedPersons, plantedSecrets } from './canary.ts';
import type { ProofRow } from './enkash-proof.ts';
import { bodyOf, claimsOf, dropInEvent, getEvent, startHandlers } from './function-rig.ts';
import { type HostileEvent, hostileEvents, mark } from './hostile-events.ts';
import { runFaults } from './leak-runs.ts';

const SEED = 20_260_101;

/** Why an answer to a hostile event is not what it must be; undefined when it is. */
function objection({ route, kind }: HostileEvent, { statusCode, headers, body }: ApiResponse): string | undefined {
  if (statusCode < 400 || statusCode > 499) return `${kind}: ${statusCode}`;
  const schema = route === 'get' ? problemSchema : dropInFailureSchema;
  if (!schema.safeParse(JSON.parse(body)).success) return `${kind}: a body of another form`;
  if (headers?.['cache-control'] !== 'no-store') return `${kind}: without security headers`;
  return body.includes(mark) ? `${kind}: quoted` : undefined;
}

/** R7: malformed and hostile events through the production handlers. */
export async function proveHostileEvents(count: number, seed = SEED): Promise<ProofRow> {
  const wrong: string[] = [];
  const kinds = new Map<string, number>();
  const rig = startHandlers();
  const property = fc.asyncProperty(hostileEvents, async (hostile) => {
    kinds.set(hostile.kind, (kinds.get(hostile.kind) ?? 0) + 1);
    try {
      // What Lambda hands over has crossed as JSON.
      const event: unknown = JSON.parse(JSON.stringify(hostile.event));
      const found = objection(hostile, await rig[hostile.route](event));
      if (found !== undefined) wrong.push(found);
    } catch (error) {
      wrong.push(`${hostile.kind}: thrown ${Object(error).name}`);
    }
    if (rig.lines.some((line) => line.includes(mark) || line.includes('"unexpected"')))
      wrong.push(`${hostile.kind}: logged`);
    rig.lines.length = 0;
  });
  await fc.assert(property, { numRuns: count, seed });
  const calls = rig.upstreamCalls();
  return {
    id: 'R7',
    figure: 'malformed events: all 4xx with a fixed body, none 5xx, none thrown, nothing quoted, EnKash never called',
    required: `0 of ${count} otherwise`,
    measured: `${wrong.length} of ${count} otherwise in ${kinds.size} kinds, ${calls} calls${wrong.length > 0 ? `: ${wrong[0]}` : ''}`,
    ok: wrong.length === 0 && calls === 0,
  };
}

const CALLERS = 50;
const COMPANIES = 20;
const ACCOUNTS_EACH = 10;
const companyOf = (index: number): string => `CEKCO${String(index).padStart(5, '0')}`;
const accountOf = (index: number): string => `CA${index}`;

/** Grants of many shapes, and beside them who may read what, kept apart from `authorize` on purpose. */
function manyGrants(): { grants: Grants; callers: Record<string, string>; allowed: Set<string> } {
  const grants: Grants = {};
  const callers: Record<string, string> = {};
  const allowed = new Set<string>();
  for (let caller = 0; caller < CALLERS; caller += 1) {
    callers[`client-${caller}`] = `caller-${caller}`;
    // The last caller is listed and has no grants entry at all; others get none to three companies.
    if (caller === CALLERS - 1) continue;
    const list: Grants[string]['grants'] = [];
    for (let nth = 0; nth < caller % 4; nth += 1) {
      const company = (caller * 7 + nth * 3) % COMPANIES;
      const partner = caller % 2 === 0 ? 'acme' : 'other';
      const some = nth === 1 ? [accountOf(caller % ACCOUNTS_EACH), accountOf((caller + 3) % ACCOUNTS_EACH)] : undefined;
      list.push({ partner, companyId: companyOf(company), ...(some && { cardAccountIds: some }) });
      for (let account = 0; account < ACCOUNTS_EACH; account += 1) {
        if (!some || some.includes(accountOf(account)))
          allowed.add(`${caller} ${companyOf(company)} ${accountOf(account)}`);
      }
    }
    grants[`caller-${caller}`] = { grants: list };
  }
  return { grants, callers, allowed };
}

/** R12: every caller asks for every account on both routes. */
export async function proveIsolation(): Promise<ProofRow> {
  const { grants, callers, allowed } = manyGrants();
  const rig = startHandlers({ grants, callers });
  const denials = new Map<string, Set<string>>();
  const wrong: string[] = [];
  let reads = 0;
  let pairs = 0;

  const check = (name: string, may: boolean, calls: number, answer: ApiResponse, route: string): void => {
    const { requestId: _, ...body } = bodyOf(answer);
    if (may && (answer.statusCode !== 200 || calls !== 1)) wrong.push(`${name} ${route}: ${answer.statusCode}`);
    if (may) reads += 1;
    if (may) return;
    if (answer.statusCode !== 404) wrong.push(`${name} ${route}: foreign read ${answer.statusCode}`);
    if (calls !== 0) wrong.push(`${name} ${route}: EnKash called for a denied pair`);
    denials.set(route, (denials.get(route) ?? new Set()).add(JSON.stringify({ ...answer, body })));
  };

  for (let caller = 0; caller < CALLERS; caller += 1) {
    const claims = claimsOf('card-accounts/read card-accounts/full', `client-${caller}`);
    for (let nth = 0; nth < COMPANIES * ACCOUNTS_EACH; nth += 1) {
      const ids = {
        companyId: companyOf(Math.floor(nth / ACCOUNTS_EACH)),
        cardAccountId: accountOf(nth % ACCOUNTS_EACH),
      };
      const name = `${caller} ${ids.companyId} ${ids.cardAccountId}`;
      pairs += 1;
      const before = rig.upstreamCalls();
      const answer = await rig.get(getEvent({ pathParameters: ids }, claims));
      const between = rig.upstreamCalls();
      const twin = await rig.dropIn(dropInEvent({ body: JSON.stringify(ids) }, claims));
      check(name, allowed.has(name), between - before, answer, 'get');
      check(name, allowed.has(name), rig.upstreamCalls() - between, twin, 'drop-in');
    }
    rig.lines.length = 0;
  }
  const forms = [...denials.values()].map((set) => set.size);
  return {
    id: 'R12',
    figure: `${CALLERS} callers x ${COMPANIES * ACCOUNTS_EACH} accounts on both routes: foreign reads, EnKash calls for denied pairs, forms of the 404`,
    required: '0, 0, one per route',
    measured: `${wrong.length} wrong of ${pairs} pairs, ${reads} granted reads, ${forms.join(' and ')} forms${wrong.length > 0 ? `: ${wrong[0]}` : ''}`,
    ok: wrong.length === 0 && reads === allowed.size * 2 && reads > 0 && forms.every((size) => size === 1),
  };
}

/** R8: nothing planted leaves through the API functions, whatever EnKash, its token host or the secret does. */
export async function proveNoLeaks(count: number): Promise<ProofRow> {
  const { output, answers, outcomes, requests, token } = await runFaults(count);
  const secrets = createScanner({ ...plantedSecrets, token });
  const everything = createScanner({ ...plantedSecrets, ...plantedPersons, token });
  const hits = [
    ...everything.scan(output).map(({ planted, form }) => `${planted} (${form}) in output`),
    ...answers.flatMap(({ personal, text }) =>
      (personal ? secrets : everything).scan(text).map(({ planted, form }) => `${planted} (${form}) in an answer`),
    ),
  ];
  // The scan is worth something only when every path was taken and the lines are there.
  const lines = output.split('\n').filter((line) => line.includes('"event":"request"')).length;
  const reached = [
    'OK',
    'UPSTREAM_REFUSED',
    'UPSTREAM_UNREADABLE',
    'UPSTREAM_MISMATCH',
    'UPSTREAM_UNAVAILABLE',
    'UPSTREAM_TIMEOUT',
    'ACCOUNT_NOT_FOUND',
    'PARTNER_LOGIN_BLOCKED',
    'CREDENTIALS_UNAVAILABLE',
  ];
  const missing = reached.filter((code) => !outcomes.has(code));
  const planted = everything.scan(`${output}${Buffer.from(`x${plantedSecrets.password}`).toString('base64')}`).length;
  return {
    id: 'R8',
    figure:
      'planted secrets and persons in stdout, stderr, metrics and answers of the API functions, across every fault',
    required: `0 hits in ${count} runs, and a planted leak is caught`,
    measured: `${hits.length} hits in ${requests} runs with ${lines} audit lines, ${outcomes.size} outcomes, planted leak ${planted > 0 ? 'caught' : 'missed'}${hits.length > 0 ? `: ${hits[0]}` : ''}${missing.length > 0 ? `; never reached: ${missing.join(', ')}` : ''}`,
    ok:
      hits.length === 0 &&
      planted > 0 &&
      missing.length === 0 &&
      lines === requests &&
      outcomes.get('INTERNAL') === undefined,
  };
}
