import { stageSchema } from '../../infra/stage/stage-schema.ts';
import { madeUpHosts } from './synth.ts';

const customDomain = {
  name: 'cards.example.com',
  certificateArn: 'arn:aws:acm:ap-south-1:111122223333:certificate/1',
  truststoreUri: 's3://trust/callers.pem',
  truststoreVersion: 'v1',
};
const grant = { partner: 'acme', companyId: 'CEKTEST001' };
const caller = { scopes: ['read', 'full', 'watch'], grants: [grant] };

/** Setting -> the two values that are tried; `undefined` leaves it out. */
const optionalSettings: Readonly<Record<string, readonly [unknown, unknown]>> = {
  account: ['111122223333', undefined],
  region: ['ap-south-1', undefined],
  // Only what stands beside the two hosts is optional.
  enkash: [{ ...madeUpHosts, loginsDifferFrom: ['beta'] }, undefined],
  notFoundCodes: [[404], undefined],
  tokenRefusedCodes: [[419], undefined],
  uncountedLoginReplies: [[403, 522], undefined],
  controlRequests: [false, undefined],
  everyMinutes: [60, undefined],
  snapshots: [{ lateSeconds: 60, maxConcurrency: 2, perSecond: { acme: 0.5 } }, undefined],
  maxWatched: [1, undefined],
  egress: ['open', undefined],
  waf: [false, undefined],
  warmThroughput: [{ reads: 12_000, writes: 14_000 }, undefined],
  throttle: [{ rate: 1, burst: 1 }, undefined],
  wafRate: [100, undefined],
  reservedConcurrency: [{ 'get-card-account': 5, 'take-snapshot': 5 }, {}],
  accountConcurrency: [2000, undefined],
  audited: [false, undefined],
  tracing: [false, undefined],
  alarmEmails: [['a@example.com', 'b@example.com'], undefined],
  balanceEmails: [[{ email: 'c@example.com', companies: ['CEKTEST001'] }], undefined],
  runbookUrl: ['https://wiki.example.com/runbooks', undefined],
  customDomain: [customDomain, undefined],
  zones: [['ap-south-1a', 'ap-south-1b', 'ap-south-1c'], ['ap-south-1a']],
  partners: [['acme', 'beta'], ['acme']],
  callers: [
    // Two of them: what is made for each must not have one name.
    {
      'acme-erp': { ...caller, webhook: { url: 'https://erp.example.com/' } },
      other: { scopes: ['read'], grants: [], webhook: { url: 'https://hooks.example.com/' } },
    },
    {},
  ],
};

/** Every optional setting given; those that an audited stage may not switch off stay on. */
export const everySetting: Readonly<Record<string, unknown>> = Object.fromEntries(
  Object.entries(optionalSettings).flatMap(([name, [given]]) =>
    ['waf', 'tracing', 'egress', 'audited'].includes(name) ? [] : [[name, given]],
  ),
);

const names = Object.keys(optionalSettings);

/** Settings of the schema that are not varied. */
export const unvaried = Object.keys(stageSchema.shape).filter((name) => !names.includes(name));

/** What an audited stage may not switch off, so that no accepted stage has both. */
const wantedByAudit = ['waf', 'tracing', 'egress'];

/** One bit for each setting: its first value or its second. */
type Row = readonly boolean[];

const isAllowed = (row: Row): boolean =>
  row[names.indexOf('audited')] === true || wantedByAudit.every((name) => row[names.indexOf(name)] === false);

/**
 * Changes in which every two settings meet in each combination that may be accepted; greedy, and the same each time.
 * @param tries candidates for each row
 */
export function pairwiseChanges(tries = 60): readonly Readonly<Record<string, unknown>>[] {
  const random = randomBits(1);
  const candidate = (): Row => {
    const row = names.map(random);
    return isAllowed(row) ? row : candidate();
  };
  const left = new Set(Array.from({ length: 4_000 }, candidate).flatMap(pairsOf));
  const rows: Row[] = [];
  while (left.size > 0) {
    const gainOf = (row: Row): number => pairsOf(row).filter((pair) => left.has(pair)).length;
    const scored = Array.from({ length: tries }, candidate).map((row) => ({ row, gain: gainOf(row) }));
    const { row } = scored.reduce((most, each) => (each.gain > most.gain ? each : most));
    for (const pair of pairsOf(row)) left.delete(pair);
    rows.push(row);
  }
  return rows.map(changesOf);
}

function pairsOf(row: Row): readonly string[] {
  return row.flatMap((bit, first) =>
    row.slice(first + 1).map((other, offset) => `${first}:${bit} ${first + 1 + offset}:${other}`),
  );
}

function randomBits(seed: number): () => boolean {
  let state = seed;
  return () => {
    state = (state * 1_103_515_245 + 12_345) % 2 ** 31;
    return state > 2 ** 30;
  };
}

function changesOf(row: Row): Readonly<Record<string, unknown>> {
  const chosen = names.map((name, index) => [name, optionalSettings[name]?.[row[index] ? 0 : 1]] as const);
  return Object.fromEntries(chosen.filter(([, value]) => value !== undefined));
}
