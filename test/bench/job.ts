/** Run as a process of its own, for its memory and its CPU: one part's job of `accounts` accounts, with the real SDK. */

import { istDay } from '../../lib/calendar.ts';
import { slotText } from '../../lib/instants.ts';
import { livePlanDeps, liveReconcileDeps } from '../../lib/live/functions.ts';
import { planShard } from '../../lib/snapshots/plan-slot.ts';
import { reconcileJob } from '../../lib/snapshots/reconcile.ts';

const [kind = '', endpoint = '', at = '0'] = process.argv.slice(2);
const slot = Number(at);
const env = {
  ...{ AWS_REGION: 'ap-south-1', AWS_ACCESS_KEY_ID: 'bench', AWS_SECRET_ACCESS_KEY: 'bench', STAGE: 'bench' },
  ...{ BALANCES_TABLE: 'bench', SNAPSHOT_EVERY_SECONDS: '900', SNAPSHOT_LATE_SECONDS: '300' },
  ...{ SNAPSHOT_QUEUE_URL: `${endpoint}/1/snapshots`, PLAN_JOBS_URL: `${endpoint}/1/plan`, EVENT_BUS_NAME: 'bench' },
  ...{ CLOSE_JOBS_URL: `${endpoint}/1/close`, BACKLOG_JOBS_URL: `${endpoint}/1/backlog`, SNAPSHOT_GRACE_SECONDS: '60' },
};
process.env.AWS_ENDPOINT_URL = endpoint;
const options = { env, write: () => {}, grants: { erp: { grants: [{ partner: 'acme', companyId: 'CEKBENCH01' }] } } };
// One shard holds them all: `of` is as many parts as shards.
const job = { v: 1, part: 0, of: 16 } as const;
const started = performance.now();
const before = process.cpuUsage();
if (kind === 'plan') {
  const deps = { ...livePlanDeps(options), now: () => slot + 1_000 };
  await planShard(deps, { ...job, kind, at: slotText(slot) }, Number.POSITIVE_INFINITY);
} else {
  const deps = { ...liveReconcileDeps(options), now: () => slot + 2 * 86_400_000 };
  const what = kind === 'day' ? { kind: 'day', at: istDay(slot) } : { kind: 'close', at: slotText(slot) };
  await reconcileJob(deps, { ...job, kind: kind === 'day' ? 'day' : 'close', at: what.at }, Number.POSITIVE_INFINITY);
}
const { user, system } = process.cpuUsage(before);
const ms = performance.now() - started;
console.log(JSON.stringify({ ms, cpuMs: (user + system) / 1_000, peakMb: process.resourceUsage().maxRSS / 1_024 }));
