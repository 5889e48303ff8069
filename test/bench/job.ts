/**
 * Run as a process of its own, for its memory and its share of CPU: `job.ts KIND ENDPOINT SLOT ACCOUNTS` says when it is
 * ready, does its work when it is told to, and sends the figures. One shard holds all accounts: `of` is as many parts as shards.
 */
import { setTimeout } from 'node:timers/promises';
import type { WatchStore } from '../../lib/balances/watch-store.ts';
import { istDay } from '../../lib/calendar.ts';
import { awsRuntime } from '../../lib/env.ts';
import { slotText } from '../../lib/instants.ts';
import { createDynamo } from '../../lib/live/dynamo.ts';
import { livePlanDeps, liveReconcileDeps } from '../../lib/live/functions.ts';
import { planShard } from '../../lib/snapshots/plan-slot.ts';
import { reconcileJob } from '../../lib/snapshots/reconcile.ts';
import { readMonth } from './history.ts';
import { runWorker } from './worker.ts';

const [kind = '', endpoint = '', at = '0', count = '0', batch = '1', latencyMs = '0'] = process.argv.slice(2);
const slot = Number(at);
const accounts = Number(count);
const env = {
  ...{ AWS_REGION: 'ap-south-1', AWS_ACCESS_KEY_ID: 'bench', AWS_SECRET_ACCESS_KEY: 'bench', STAGE: 'bench' },
  ...{
    BALANCES_TABLE: 'bench',
    SNAPSHOT_EVERY_SECONDS: '900',
    SNAPSHOT_LATE_SECONDS: '300',
    CALLERS: '{"bench":"erp"}',
  },
  ...{ SNAPSHOT_QUEUE_URL: `${endpoint}/1/snapshots`, PLAN_JOBS_URL: `${endpoint}/1/plan`, EVENT_BUS_NAME: 'bench' },
  ...{ CLOSE_JOBS_URL: `${endpoint}/1/close`, BACKLOG_JOBS_URL: `${endpoint}/1/backlog`, SNAPSHOT_GRACE_SECONDS: '60' },
};
process.env.AWS_ENDPOINT_URL = endpoint;
const options = { env, write: () => {}, grants: { erp: { grants: [{ partner: 'acme', companyId: 'CEKBENCH01' }] } } };
const job = { v: 1, part: 0, of: 16 } as const;

type Figures = Readonly<Record<string, number>>;
/** What is ready before the work begins is done in Lambda's init, on a whole core. */
const works: Readonly<Record<string, () => Promise<() => Promise<Figures>>>> = {
  async plan() {
    const deps = livePlanDeps(options);
    const { watches, longestMs } = timed(deps.watches);
    return async () => {
      const now = () => slot + 1_000;
      await planShard(
        { ...deps, watches, now },
        { ...job, kind: 'plan', at: slotText(slot) },
        Number.POSITIVE_INFINITY,
      );
      return { pageMs: longestMs() };
    };
  },
  close: () => reconciling('close', slotText(slot)),
  day: () => reconciling('day', istDay(slot)),
  async take() {
    const settings = { batch: Number(batch), latencyMs: Number(latencyMs), client: createDynamo(awsRuntime(env)) };
    await runWorker({ ...settings, accounts: 256 });
    return async () => {
      const { perSecond, cpuMs } = await runWorker({ ...settings, accounts });
      return { perSecond, cpuMs };
    };
  },
  history: () => readMonth(options, endpoint),
};

async function reconciling(what: 'close' | 'day', of: string): Promise<() => Promise<Figures>> {
  const deps = liveReconcileDeps(options);
  const { watches, longestMs } = timed(deps.watches);
  return async () => {
    const now = () => slot + 2 * 86_400_000;
    await reconcileJob({ ...deps, watches, now }, { ...job, kind: what, at: of }, Number.POSITIVE_INFINITY);
    return { pageMs: longestMs() };
  };
}

/** The longest time from one page of the registry to the next: a job looks at the clock between two of them. */
function timed(watches: WatchStore) {
  let last = 0;
  let longest = 0;
  const longestMs = (): number => {
    longest = last === 0 ? 0 : Math.max(longest, performance.now() - last);
    last = performance.now();
    return longest;
  };
  const page: WatchStore['page'] = (shard, after) => {
    longestMs();
    return watches.page(shard, after);
  };
  return { watches: { ...watches, page }, longestMs };
}

const work = await works[kind]?.();
process.once('message', async () => {
  // The share of CPU holds from here on.
  await setTimeout(50);
  const started = performance.now();
  const before = process.cpuUsage();
  const figures = await work?.();
  const { user, system } = process.cpuUsage(before);
  const ms = performance.now() - started;
  process.send?.({ ms, cpuMs: (user + system) / 1_000, peakMb: process.resourceUsage().maxRSS / 1_024, ...figures });
  process.disconnect();
});
process.send?.('ready');
