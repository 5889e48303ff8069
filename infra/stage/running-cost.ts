import type { CostLine } from './idle-cost.ts';
import type { StageSettings } from './stage-schema.ts';

/** List prices of ap-south-1, US dollars, without tax or free tiers: an orientation, the bill is AWS's. */
const price = {
  restRequest: 3.5 / 1e6,
  wafRequest: 0.6 / 1e6,
  lambdaRequest: 0.2 / 1e6,
  lambdaGbSecond: 0.0000133334,
  logsGb: 0.67,
  dynamoWrite: 0.7115 / 1e6,
  dynamoRead: 0.1423 / 1e6,
  token: 2.25 / 1e3,
};
/** A read: what a function of 512 MB is billed around EnKash's answer, and its audit and access lines. */
const read = { seconds: 0.2, gb: 0.5, logBytes: 1_000 };
/** A snapshot: its rows, and its share of a batch. */
const snapshot = { writes: 3, reads: 2.5, seconds: 0.01 };
const minutesPerMonth = 43_800;

/** What use costs, beside what idle-cost.ts counts. */
export function runningCost({ waf, everyMinutes }: StageSettings): readonly CostLine[] {
  const perRead =
    price.restRequest +
    (waf ? price.wafRequest : 0) +
    price.lambdaRequest +
    read.gb * read.seconds * price.lambdaGbSecond +
    (read.logBytes / 1e9) * price.logsGb;
  const perSnapshot =
    snapshot.writes * price.dynamoWrite +
    snapshot.reads * price.dynamoRead +
    read.gb * snapshot.seconds * price.lambdaGbSecond;
  const slots = minutesPerMonth / everyMinutes;
  return [
    { what: 'a million reads', count: 1, each: perRead * 1e6 },
    { what: '1,000 OAuth tokens: a caller keeps one for its hour', count: 1, each: price.token * 1e3 },
    {
      what: `1,000 watched accounts, every ${everyMinutes} minutes for a month`,
      count: 1,
      each: perSnapshot * slots * 1e3,
    },
  ];
}
