import type { AlertEvent } from '../../lib/alerts/events.ts';
import { UpstreamError } from '../../lib/errors.ts';
import { createTimetable, isSlot } from '../../lib/slots.ts';
import { takeSnapshots } from '../../lib/snapshots/take-snapshots.ts';
import { createRandom } from '../rigs/gate-clock.ts';
import { createJobs } from '../rigs/jobs.ts';
import { createMemoryTable } from '../rigs/memory-table.ts';
import { MINUTE, midnight } from '../rigs/samples.ts';
import { createWorker } from '../rigs/worker.ts';
import { compare, falselyOut, type HistoryFigures } from './snapshot-histories-check.ts';
import { companies, createWorld, partners } from './snapshot-histories-world.ts';
import { createModel } from './snapshot-model.ts';

const HOUR = 60 * MINUTE;
const CLOSE_AFTER = 6 * MINUTE;
/** At the end nothing changes or fails, so that everything that was told of trouble is taken back. */
const CALM = 3 * HOUR;

export type HistoryOptions = { readonly seed: number; readonly accounts: number; readonly hours: number };

/**
 * One random history over the production planner, worker, reconciler and watches: timetables, grants, partners, rules and
 * watches change, EnKash fails as a whole or for some accounts, the planner is late or off, and the reconciler is off for
 * hours or for more than a day; what is left in the table and what was told is compared with the model.
 */
export async function playHistory({ seed, accounts, hours }: HistoryOptions): Promise<HistoryFigures> {
  const random = createRandom(seed);
  const end = midnight + hours * HOUR;
  const table = createMemoryTable();
  const job = createJobs(table);
  const worker = createWorker(table);
  const published: AlertEvent[] = [];
  const complaints: string[] = [];
  const publish = async (event: AlertEvent): Promise<void> => {
    if (now() < end && random.chance(0.02)) {
      refused += 1;
      throw new Error('not taken');
    }
    published.push(event);
  };
  const model = createModel(companies);
  const ids = Array.from({ length: accounts }, (_, index) => ({
    companyId: companies[index % companies.length] ?? '',
    cardAccountId: `CA${index}`,
  }));
  const world = createWorld({ random, table, job, model, ids, hours });
  const { state, isDown } = world;
  const firings: { readonly slot: number; readonly at: number }[] = [];
  let refused = 0;
  const balances = new Map<string, number>();
  const now = (): number => job.world.now;

  async function takeAll(): Promise<void> {
    const batch = job.world.sent
      .splice(0)
      .map(({ body }, index) => ({ id: `${index}`, receipt: '', body, attempt: 1 }));
    worker.world.now = now();
    worker.world.available = ({ partner, cardAccountId }) => {
      if (isDown(partner) || isDown(cardAccountId) || (now() < end && random.chance(0.03)))
        throw new UpstreamError('UPSTREAM_REFUSED');
      const balance = (balances.get(cardAccountId) ?? 110_000) + Math.round(random.between(-15_000, 15_000));
      balances.set(cardAccountId, Math.min(200_000, Math.max(20_000, balance)));
      return balances.get(cardAccountId) ?? 0;
    };
    await takeSnapshots({ ...worker.deps, publish }, batch, Number.POSITIVE_INFINITY);
  }

  for (let at = midnight; at < end + CALM; at += MINUTE) {
    job.world.now = at;
    if (at < end) await world.changeSome(at);
    if (at === end) world.calm();
    job.world.timetable = createTimetable(state.every * 60, 300);
    job.world.grants = world.grants();
    if (isSlot(job.world.timetable, at)) {
      model.came(at, state.granted);
      const lateBy = at < end && random.chance(0.1) ? Math.floor(random.between(1, 5)) * MINUTE : 0;
      if (at >= state.plannerOffUntil) firings.push({ slot: at, at: at + lateBy });
    }
    for (const { slot } of takeDue(firings, at)) {
      job.world.now = at + 1_000;
      // A slot that the settings have no more is not planned.
      if ((await job.plan(slot)).outcome !== 'planning') continue;
      model.planned(slot);
      job.world.now = at + 2_000;
      await takeAll();
    }
    const slot = at - CLOSE_AFTER;
    if (at < state.reconcilerOffUntil || !isSlot(job.world.timetable, slot)) continue;
    refused = 0;
    const [newest] = (await job.run({ publish })).slots;
    if (newest === slot && refused === 0) complaints.push(...(await falselyOut({ published, table, ids, slot })));
  }
  model.ended(end + CALM);
  // The backlog is worked off before another slot is due.
  for (let firing = 0; firing < 24; firing += 1) {
    job.world.now += 1_000;
    await job.run({ publish });
  }
  return compare({ seed, model, published, table, ids, partners, end: end + CALM }, complaints);
}

function takeDue<T extends { readonly at: number }>(firings: T[], now: number): T[] {
  const due = firings.filter(({ at }) => at <= now);
  firings.splice(0, firings.length, ...firings.filter(({ at }) => at > now));
  return due;
}
