import type { SlotRow } from '../../lib/account/snapshot.ts';
import { decideUnknown } from '../../lib/alerts/decide.ts';
import { balanceEventId } from '../../lib/alerts/events.ts';
import { freshMemory } from '../../lib/alerts/memory.ts';
import { createAlertsStore } from '../../lib/balances/alerts-store.ts';
import { keys } from '../../lib/balances/keys.ts';
import { parseSlotRow } from '../../lib/balances/slot-row.ts';
import { windowOf } from '../../lib/slots.ts';
import { judgeRow } from '../../lib/snapshots/settle-alerts.ts';
import { accountNumber, quarterHours } from '../rigs/samples.ts';
import { balanceAt, type Fleet, type FleetOptions, ruleOf, runFleet, start } from './snapshot-fleet.ts';

export type FleetFigures = {
  readonly seed: number;
  readonly accountSlots: number;
  readonly measured: number;
  readonly failed: number;
  readonly missed: number;
  /** No row at all, or one that no run record counts. */
  readonly lost: number;
  /** Final rows that changed, balances from outside their window. */
  readonly wrong: number;
  readonly calls: number;
  readonly callsPerSnapshot: number;
  readonly runsNotEnded: number;
  readonly events: number;
  readonly deliveries: number;
  /** Distinct events that differ from what the stored rows imply, and events never delivered. */
  readonly wrongEvents: number;
  readonly deadLetters: number;
};

/** Runs a fleet and compares all that it left in the table with what must be there. */
export async function checkFleet(options: FleetOptions): Promise<FleetFigures> {
  const fleet = await runFleet(options);
  const counts = { measured: 0, failed: 0, missed: 0 };
  let lost = 0;
  let wrong = fleet.violations.length;
  let wrongEvents = 0;
  const perRun = new Map<number, number>();
  const deliveredBy = Map.groupBy(fleet.published, (event) => ('cardAccountId' in event ? event.cardAccountId : ''));

  for (let index = 0; index < options.accounts; index += 1) {
    const account = accountNumber(index);
    const rows: SlotRow[] = [];
    for (const slot of fleet.slots) {
      const key = keys.slot(account, slot);
      const item = fleet.table.partitions.get(key.pk)?.get(key.sk);
      if (!item) {
        lost += 1;
        continue;
      }
      const row = parseSlotRow(item);
      rows.push(row);
      counts[row.status] += 1;
      perRun.set(slot, (perRun.get(slot) ?? 0) + 1);
      if (row.status === 'measured') wrong += isTrue(index, row) ? 0 : 1;
    }
    const delivered = new Set((deliveredBy.get(account.cardAccountId) ?? []).map((event) => event.eventId));
    const { pending } = await createAlertsStore(fleet.table).get(account);
    wrongEvents += differences(impliedEvents(index, rows), delivered) + pending.length;
  }

  const runsNotEnded = fleet.slots.filter((slot) => !isEnded(fleet, slot, perRun.get(slot) ?? 0)).length;
  return {
    seed: options.seed,
    accountSlots: options.accounts * fleet.slots.length,
    ...counts,
    lost,
    wrong,
    calls: fleet.calls,
    callsPerSnapshot: fleet.calls / Math.max(1, counts.measured),
    runsNotEnded,
    events: new Set(fleet.published.map((event) => event.eventId)).size,
    deliveries: fleet.published.length,
    wrongEvents,
    deadLetters: fleet.queue.dead.length,
  };
}

/** A measured row holds what EnKash had at `observedAt`, inside the slot's window. */
function isTrue(index: number, row: SlotRow): boolean {
  if (row.status !== 'measured') return false;
  const window = windowOf(quarterHours, row.slot);
  const inWindow = row.observedAt >= window.from && row.observedAt < window.to;
  return inWindow && row.snapshot.balances.available === balanceAt(index, row.observedAt);
}

/** The events that follow from the rows as they are in the end, in the order of their slots. */
function impliedEvents(index: number, rows: readonly SlotRow[]): Set<string> {
  const rule = ruleOf(index);
  const ids = new Set<string>();
  if (!rule) return ids;
  const subject = { account: accountNumber(index), edition: start, named: { name: 'low', rule } };
  let memory = freshMemory({ ...rule, since: start });
  for (const [at, row] of rows.entries()) {
    const isLost = at >= 2 && rows.slice(at - 2, at + 1).every(({ status }) => status !== 'measured');
    const decision = isLost ? decideUnknown(memory, row.slot, null) : judgeRow(row, rows[at - 1]?.slot)(memory);
    memory = decision.memory;
    if (decision.occurrence) ids.add(balanceEventId(subject, decision.occurrence));
  }
  return ids;
}

function differences(a: ReadonlySet<string>, b: ReadonlySet<string>): number {
  return [...a].filter((id) => !b.has(id)).length + [...b].filter((id) => !a.has(id)).length;
}

function isEnded({ table }: Fleet, slot: number, rows: number): boolean {
  const { pk, sk } = keys.slotRun(slot);
  const run = table.partitions.get(pk)?.get(sk);
  return run?.state === 'ended' && run.expected === rows;
}
