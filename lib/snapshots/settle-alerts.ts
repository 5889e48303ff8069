import type { SlotRow } from '../account/snapshot.ts';
import type { Publish } from '../alerts/bus.ts';
import { type Decision, decideMeasured } from '../alerts/decide.ts';
import { type AlertEvent, type BalanceEvent, balanceEvent } from '../alerts/events.ts';
import { type AlertMemory, carryOver, type RuleMemory, type WatchEdition } from '../alerts/memory.ts';
import type { Alerts, AlertsStore } from '../balances/alerts-store.ts';
import type { Log } from '../log.ts';

export type SettleDeps = {
  readonly alerts: Pick<AlertsStore, 'get' | 'put'>;
  readonly publish: Publish;
  readonly log: Log;
};

/** Judges one rule; pure, since it may be asked again about a newer memory. */
export type Judge = (memory: RuleMemory) => Decision;

const ATTEMPTS = 5;
/** With so many events that the bus has not taken, nothing new is decided: the row stays small. */
const MOST_PENDING = 50;

/** Judges by a measured slot's row; of one that is not measured, the reconciler decides. */
export function judgeRow(row: SlotRow, previous: number | undefined): Judge {
  return (memory) => {
    const value = row.status === 'measured' ? row.snapshot.balances[memory.rule.balance] : null;
    if (row.status !== 'measured' || value === null) return { memory, occurrence: undefined };
    return decideMeasured(memory, { slot: row.slot, value, observedAt: row.observedAt, previous });
  };
}

/**
 * Brings what is remembered of an account's rules up to an edition of its watch and to a slot. Memory and the events that
 * follow from it are stored by one conditional write, then the events are published in their order, then cleared. Doing it
 * again, after a crash at any point, publishes the same event ids again or nothing. An older edition changes nothing.
 * @param read as the row was seen; it is read again when somebody has changed it since
 */
export async function settleAlerts(deps: SettleDeps, watch: WatchEdition, read: Alerts, judge?: Judge): Promise<void> {
  if (isSilent(watch, read)) return;
  let alerts = read;
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    const left = await publishAll(deps, alerts.pending);
    const next = nextOf(watch, { ...alerts, pending: left }, judge);
    if (sameAlerts(next, alerts)) return;
    if (await deps.alerts.put(watch.account, next, alerts)) {
      const waiting = left.length > 0 ? next.pending : await publishAll(deps, next.pending);
      // When somebody was faster, an event goes out once more, with the same id.
      if (waiting.length < next.pending.length) {
        await deps.alerts.put(watch.account, { ...next, pending: waiting }, { ...next, revision: alerts.revision + 1 });
      }
      return;
    }
    alerts = await deps.alerts.get(watch.account);
  }
  throw new Error('the alerts row changed under every attempt');
}

/**
 * Brings what is remembered up to an edition of the watch without publishing: what follows from it goes out with the next
 * slot, or by the reconciler.
 */
export async function noteEdition(alerts: SettleDeps['alerts'], watch: WatchEdition): Promise<void> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    const read = await alerts.get(watch.account);
    if (read.edition >= watch.edition || isSilent(watch, read)) return;
    if (await alerts.put(watch.account, nextOf(watch, read, undefined), read)) return;
  }
  throw new Error('the alerts row changed under every attempt');
}

/** There is nothing to tell of a watch that has no rules, and never had any. */
function isSilent(watch: WatchEdition, { revision }: Alerts): boolean {
  return revision === 0 && watch.ended === null && !hasRules(watch);
}

export function hasRules({ rules }: Pick<WatchEdition, 'rules'>): boolean {
  return Object.keys(rules).length > 0;
}

function nextOf(watch: WatchEdition, alerts: Alerts, judge: Judge | undefined): Omit<Alerts, 'revision'> {
  const { edition, memory, pending } = alerts;
  if (watch.edition < edition || pending.length >= MOST_PENDING) return { edition, memory, pending };
  const carried = watch.edition > edition ? carryOver(memory, watch) : { memory, events: [] };
  const judged = judge === undefined ? undefined : judgeAll(watch, carried.memory, judge);
  return {
    edition: watch.edition,
    memory: judged?.memory ?? carried.memory,
    pending: [...pending, ...carried.events, ...(judged?.events ?? [])],
  };
}

function judgeAll({ account, edition }: WatchEdition, memory: AlertMemory, judge: Judge) {
  const decisions = Object.entries(memory).map(([name, held]) => ({ name, ...judge(held) }));
  return {
    memory: Object.fromEntries(decisions.map((decision) => [decision.name, decision.memory])),
    events: decisions.flatMap(({ name, memory: { rule }, occurrence }) =>
      occurrence ? [balanceEvent({ account, edition, named: { name, rule } }, occurrence)] : [],
    ),
  };
}

function sameAlerts(next: Omit<Alerts, 'revision'>, { revision: _, ...held }: Alerts): boolean {
  return JSON.stringify(next) === JSON.stringify(held);
}

/** @returns those that the bus has not taken, from the first one on: they keep their order */
async function publishAll(deps: SettleDeps, events: readonly BalanceEvent[]): Promise<readonly BalanceEvent[]> {
  for (const [index, event] of events.entries()) {
    if (!(await tryPublish(deps, event))) return events.slice(index);
  }
  return [];
}

/** @returns whether the bus has taken it */
export async function tryPublish(
  { publish, log }: Pick<SettleDeps, 'publish' | 'log'>,
  event: AlertEvent,
): Promise<boolean> {
  const { companyId, slot, type, eventId } = event;
  const account = 'cardAccountId' in event ? { cardAccountId: event.cardAccountId } : {};
  const fields = { companyId, ...account, slot, eventId };
  try {
    await publish(event);
    log('info', 'alert', { ...fields, outcome: type });
    return true;
  } catch {
    log('error', 'alert', { ...fields, outcome: type, reason: 'not-published' });
    return false;
  }
}
