import { readingsEvent } from '../alerts/events.ts';
import type { Outage, ReadingsStore } from '../balances/readings-store.ts';
import type { RunStore } from '../balances/run-store.ts';
import { DAY_MS } from '../calendar.ts';
import { slotText } from '../instants.ts';
import { jobsFor, type SendJobs } from './job-message.ts';
import { type SettleDeps, tryPublish } from './settle-alerts.ts';

export type OutageDeps = Pick<SettleDeps, 'publish' | 'log'> & {
  readonly readings: ReadingsStore;
  readonly runs: Pick<RunStore, 'runs'>;
  /** Into the queue of what is newest. */
  readonly sendJobs: SendJobs;
};

/** With more of its planned accounts without a balance, a partner cannot be read. */
const OUTAGE_SHARE = 1 / 5;
/** A single account says nothing about its partner: its own rules tell of it. */
const OUTAGE_LEAST = 2;

/**
 * What follows from a slot that is about to be ended: a partner that can be read again is told of, and what lacks a balance
 * is judged. A slot that is older than an ended one says nothing about now.
 * @param of in how many parts the judging is done
 */
export async function afterClose(
  deps: OutageDeps,
  slot: number,
  counts: Readonly<Record<string, number>>,
  of: number,
): Promise<void> {
  const newer = await deps.runs.runs({ from: slot + 1000, to: slot + 2 * DAY_MS });
  if (newer.some(({ state }) => state === 'ended')) return;
  const partners = Object.keys(counts).flatMap((name) => (name.startsWith('planned:') ? [name.slice(8)] : []));
  const outage = partners.filter((partner) => {
    const { [`planned:${partner}`]: planned = 0, [`without:${partner}`]: without = 0 } = counts;
    return without >= OUTAGE_LEAST && without > planned * OUTAGE_SHARE;
  });
  for (const partner of partners) if (!outage.includes(partner)) await tellRestored(deps, partner, slot);
  if (outage.length === 0 && (counts.ruled ?? 0) === 0) return;
  await deps.sendJobs(jobsFor('judge', slotText(slot), of).map((job) => ({ ...job, outage })));
}

async function tellRestored(deps: OutageDeps, partner: string, slot: number): Promise<void> {
  for (const outage of await deps.readings.outages(partner)) {
    if (outage.slot >= slot) continue;
    if (!outage.isTold && !(await tellUnavailable(deps, outage))) continue;
    if (await tryPublish(deps, readingsEvent(outage, 'ReadingsRestored', slot))) await deps.readings.end(outage);
  }
}

/** Tells once that a company's accounts cannot be read; what the bus has not taken is told again with the next slot. */
export async function tellOutage(
  deps: OutageDeps,
  of: { readonly partner: string; readonly companyId: string },
  slot: number,
): Promise<void> {
  if (await deps.readings.begin({ ...of, slot })) await tellUnavailable(deps, { ...of, slot });
}

/** @returns whether the bus has taken it */
export async function tellUnavailable(deps: OutageDeps, outage: Omit<Outage, 'isTold'>): Promise<boolean> {
  if (!(await tryPublish(deps, readingsEvent(outage, 'ReadingsUnavailable', outage.slot)))) return false;
  await deps.readings.told(outage);
  return true;
}
