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
 * What follows from a slot that is about to be ended: what the bus has not taken is told again, companies of a partner that
 * can be read again, or of which nothing is planned any more, are told of, and what lacks a balance is judged.
 * @param of in how many parts the judging is done
 */
export async function afterClose(
  deps: OutageDeps,
  slot: number,
  counts: Readonly<Record<string, number>>,
  of: number,
): Promise<void> {
  if (await isOvertaken(deps, slot)) return;
  const planned = Object.keys(counts).flatMap((name) => (name.startsWith('planned:') ? [name.slice(8)] : []));
  const outage = planned.filter((partner) => {
    const { [`planned:${partner}`]: all = 0, [`without:${partner}`]: without = 0 } = counts;
    return without >= OUTAGE_LEAST && without > all * OUTAGE_SHARE;
  });
  const known = await outagesOf(deps, new Set([...planned, ...(await deps.readings.partners())]));
  const lasting = known.filter(({ partner, endedBy }) => endedBy === null && outage.includes(partner));
  for (const each of known) {
    if (!lasting.includes(each)) await tellRestored(deps, each, slot, lasting);
    else if (!each.isTold) await tellUnavailable(deps, each);
  }
  for (const partner of outage) await deps.readings.notePartner(partner);
  if (outage.length === 0 && (counts.ruled ?? 0) === 0) return;
  await deps.sendJobs(jobsFor('judge', slotText(slot), of).map((job) => ({ ...job, outage })));
}

/** What follows once all of a slot is judged: a company whose accounts were all measured is told of, though its partner is out. */
export async function afterJudge(deps: OutageDeps, slot: number, outage: readonly string[]): Promise<void> {
  const known = await outagesOf(deps, outage);
  const lasting = known.filter(({ last }) => last >= slot);
  for (const each of known) if (!lasting.includes(each)) await tellRestored(deps, each, slot, lasting);
}

/** Whether a newer slot has ended: then this one says nothing about now. */
export async function isOvertaken({ runs }: Pick<OutageDeps, 'runs'>, slot: number): Promise<boolean> {
  const newer = await runs.runs({ from: slot + 1000, to: slot + 2 * DAY_MS });
  return newer.some(({ state }) => state === 'ended');
}

export async function outagesOf(
  { readings }: Pick<OutageDeps, 'readings'>,
  partners: Iterable<string>,
): Promise<Outage[]> {
  const found: Outage[] = [];
  for (const partner of partners) found.push(...(await readings.outages(partner)));
  return found;
}

/**
 * Ends an outage and tells so, its begin first. Consumers hear of companies, not of partners: while another partner cannot
 * read the same company, nothing is told.
 */
async function tellRestored(deps: OutageDeps, outage: Outage, slot: number, lasting: readonly Outage[]): Promise<void> {
  if (!outage.isTold && !(await tellUnavailable(deps, outage))) return;
  if (outage.endedBy === null && !(await deps.readings.end(outage, slot))) return;
  const isOutElsewhere = lasting.some(({ companyId }) => companyId === outage.companyId);
  const restored = readingsEvent(outage, 'ReadingsRestored', outage.endedBy ?? slot);
  if (isOutElsewhere || (await tryPublish(deps, restored))) await deps.readings.forget(outage);
}

/** Begins an outage and tells so, once. */
export async function tellOutage(
  deps: OutageDeps,
  company: { readonly partner: string; readonly companyId: string },
  slot: number,
): Promise<void> {
  const begun = await deps.readings.begin(company, slot);
  if (begun) await tellUnavailable(deps, begun);
}

/** @returns whether the bus has taken it */
async function tellUnavailable(deps: OutageDeps, outage: Outage): Promise<boolean> {
  if (!(await tryPublish(deps, readingsEvent(outage, 'ReadingsUnavailable', outage.slot)))) return false;
  await deps.readings.told(outage);
  return true;
}
