import type { AlertEvent } from '../../lib/alerts/events.ts';
import { createSlotStore } from '../../lib/balances/slot-store.ts';
import { createJobs } from '../rigs/jobs.ts';
import type { createMemoryTable } from '../rigs/memory-table.ts';
import { MINUTE, midnight } from '../rigs/samples.ts';
import type { Model } from './snapshot-model.ts';

const HOUR = 60 * MINUTE;

export type HistoryFigures = {
  readonly seed: number;
  readonly accountSlots: number;
  readonly falseMissed: number;
  readonly lost: number;
  readonly wrongStates: number;
  readonly unmeasuredReads: number;
  readonly events: number;
  /** What was wrong, in words; the first few. */
  readonly complaints: readonly string[];
};

type Left = {
  readonly seed: number;
  readonly model: Model;
  readonly published: readonly AlertEvent[];
  readonly table: ReturnType<typeof createMemoryTable>;
  readonly ids: readonly { readonly companyId: string; readonly cardAccountId: string }[];
  readonly partners: readonly string[];
  readonly end: number;
};

/** Compares what a history has left, and what it has told, with what was to be expected. @param of what was wrong on the way */
export async function compare(left: Left, of: readonly string[]): Promise<HistoryFigures> {
  const { seed, model, published, table, ids, end } = left;
  const slots = createSlotStore(table, () => end);
  const job = createJobs(table);
  const complaints = [...of];
  const figures = { accountSlots: 0, falseMissed: 0, lost: 0, wrongStates: of.length, unmeasuredReads: 0 };
  const byRule = Map.groupBy(published, (event) =>
    'cardAccountId' in event ? `${event.cardAccountId} ${event.ruleName ?? ''}` : '',
  );
  for (const account of ids) {
    const { rows } = await slots.page(account, { from: midnight - HOUR, to: end });
    const expected = model.expected(account);
    const isUnknown = (slot: number): boolean => model.isUnknown(account, slot);
    figures.accountSlots += [...expected].filter((slot) => !isUnknown(slot)).length;
    const there = new Set(rows.map(({ slot }) => slot));
    for (const row of rows) {
      if (expected.has(row.slot) || isUnknown(row.slot)) continue;
      if (row.status === 'missed') figures.falseMissed += 1;
      else figures.unmeasuredReads += 1;
      complaints.push(`${account.cardAccountId} ${new Date(row.slot).toISOString()} ${row.status}, not expected`);
    }
    for (const slot of expected) {
      if (there.has(slot) || isUnknown(slot)) continue;
      figures.lost += 1;
      complaints.push(`${account.cardAccountId} ${new Date(slot).toISOString()} has no row`);
    }
    const { memory, pending } = await job.deps.alerts.get(account);
    const told = byRule.get(`${account.cardAccountId} low`)?.at(-1)?.type;
    const phases: Record<string, string> = { BalanceLow: 'low', BalanceRecovered: 'ok', BalanceUnknown: 'unknown' };
    const heard = phases[told ?? ''] ?? 'ok';
    const isRuled = model.rules(account).includes('low');
    const wrong = pending.length > 0 || (isRuled ? (memory.low?.phase ?? 'ok') !== heard : memory.low !== undefined);
    const unended = !isRuled && told !== undefined && told !== 'BalanceWatchEnded';
    if (wrong || unended) {
      figures.wrongStates += 1;
      complaints.push(`${account.cardAccountId} was told ${told}, and is ${memory.low?.phase}`);
    }
  }
  const wrongReadings = await complaintsOfReadings(left);
  figures.wrongStates += wrongReadings.length;
  complaints.push(...wrongReadings);
  return { seed, ...figures, events: published.length, complaints: complaints.slice(0, 5) };
}

type Closed = Pick<Left, 'published' | 'table' | 'ids'> & { readonly slot: number };

/** Companies of which the last that was told is that they cannot be read, though a slot has just shown that they can. */
export async function falselyOut({ published, table, ids, slot }: Closed): Promise<string[]> {
  const slots = createSlotStore(table, () => slot);
  const out = [...lastReadings(published)].filter(([, type]) => type === 'ReadingsUnavailable');
  const found: string[] = [];
  for (const [companyId] of out) {
    const accounts = ids.filter((account) => account.companyId === companyId);
    const rows = await Promise.all(accounts.map((account) => slots.get(account, slot)));
    if (rows.every((row) => row === undefined || row.status === 'measured')) {
      found.push(`${companyId} is told to be out after ${new Date(slot).toISOString()}`);
    }
  }
  return found;
}

/** What each company was told last of its readings. */
function lastReadings(published: readonly AlertEvent[]): ReadonlyMap<string, string> {
  const readings = published.filter(({ type }) => type.startsWith('Readings'));
  return new Map(readings.map(({ companyId, type }) => [companyId, type]));
}

/** A history ends in a time without failures: no company is out, and the last that was told of it says so. */
async function complaintsOfReadings({ published, table, partners }: Left): Promise<string[]> {
  const { readings } = createJobs(table).deps;
  const open = (await Promise.all(partners.map((partner) => readings.outages(partner)))).flat();
  return [
    ...open.map(({ partner, companyId }) => `${companyId} is out at ${partner}`),
    ...[...lastReadings(published)].flatMap(([companyId, type]) =>
      type === 'ReadingsRestored' ? [] : [`${companyId} was told to be out last`],
    ),
  ];
}
