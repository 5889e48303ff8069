import counted from './counted-requests.json' with { type: 'json' };
import { type FunctionName, memoryOf } from './function-table.ts';
import { type CostLine, idleCost } from './idle-cost.ts';
import { price } from './prices.ts';
import { batchSize } from './snapshot-batches.ts';
import type { StageSettings } from './stage-schema.ts';

/** What one read and one snapshot ask of AWS. Memory in GB, bytes through the NAT gateway, units of DynamoDB. */
export type CountedRequests = typeof counted;

const minutesPerMonth = 43_800;
const minutesPerDay = 1_440;
/** The worker's calls in flight, and how long one is taken to last. */
const inFlight = 64;
const callSeconds = 0.2;

const gbOf = (name: FunctionName): number => memoryOf(name) / 1024;

/** US dollars for a million reads of one account over HTTPS, all of them live. */
export function millionReads({ waf, egress }: StageSettings, { read }: CountedRequests = counted): number {
  const each =
    price('restRequest') +
    (waf ? price('wafRequest') : 0) +
    price('lambdaRequest') +
    gbOf('get-card-account') * read.billedSeconds * price('lambdaGbSecond') +
    (read.logBytes / 1e9) * price('logsGb') +
    (egress === 'fixed' ? (read.natBytes / 1e9) * price('natGb') : 0);
  return each * 1e6;
}

/** US dollars for a million snapshots: planned, queued, read from EnKash and stored. */
export function millionSnapshots(
  { egress, snapshots }: StageSettings,
  { snapshot }: CountedRequests = counted,
): number {
  const batch = batchSize(snapshots);
  const batchSeconds = Math.ceil(batch / inFlight) * callSeconds + callSeconds;
  const each =
    snapshot.writes * price('dynamoWrite') +
    (snapshot.reads + snapshot.plannedReads) * price('dynamoRead') +
    snapshot.sqsRequests * price('sqsRequest') +
    (price('lambdaRequest') + gbOf('take-snapshot') * batchSeconds * price('lambdaGbSecond')) / batch +
    (egress === 'fixed' ? (snapshot.natBytes / 1e9) * price('natGb') : 0);
  return each * 1e6;
}

/** What use costs, beside what idle-cost.ts counts. */
export function runningCost(settings: StageSettings): readonly CostLine[] {
  const { everyMinutes } = settings;
  const slots = minutesPerMonth / everyMinutes;
  return [
    { what: 'a million reads', count: 1, each: millionReads(settings) },
    { what: 'a million snapshots', count: 1, each: millionSnapshots(settings) },
    { what: '1,000 OAuth tokens: a caller keeps one for its hour', count: 1, each: price('token') * 1e3 },
    {
      what: `1,000 watched accounts, every ${everyMinutes} minutes for a month`,
      count: 1,
      each: (millionSnapshots(settings) * slots * 1e3) / 1e6,
    },
  ];
}

const sizes = [100, 10_000, 1_000_000];
const periods = [15, 60];

/** Rows of text: accounts, then US dollars a day for their snapshots at each period, then the idle stage. */
export function costTable(settings: StageSettings, alarms: number): readonly (readonly string[])[] {
  const idle = idleCost(settings, alarms).reduce((sum, { count, each }) => sum + count * each, 0);
  const dollars = (amount: number): string => `$${amount.toFixed(2)}`;
  const heading = ['watched accounts', ...periods.map((period) => `every ${period} minutes, a day`), 'idle, a month'];
  const rows = sizes.map((accounts) => [
    accounts.toLocaleString('en'),
    ...periods.map((period) => dollars((millionSnapshots(settings) * accounts * minutesPerDay) / period / 1e6)),
    dollars(idle),
  ]);
  return [heading, ...rows];
}
