import type { SlotRow } from '../account/snapshot.ts';
import type { AccountKey } from '../account-key.ts';
import type { Publish } from '../alerts/bus.ts';
import { type AlertMemory, decide } from '../alerts/decide.ts';
import { type BalanceEvent, balanceEvent } from '../alerts/events.ts';
import type { Rule } from '../alerts/rule.ts';
import type { Latest, LatestChange, LatestStore } from '../balances/latest-store.ts';
import type { Log } from '../log.ts';
import type { Timetable } from '../slots.ts';

export type UpdateLatestDeps = {
  readonly latest: Pick<LatestStore, 'get' | 'change'>;
  readonly publish: Publish;
  readonly timetable: Timetable;
  readonly log: Log;
};

export type Subject = { readonly account: AccountKey; readonly start: number; readonly rule: Rule | undefined };

const ATTEMPTS = 5;

/**
 * Brings an account's latest row up to a slot's row: balances, alert state and the event that follows from it are stored by
 * one conditional update, then the event is published, then cleared. An event that is still pending goes first, and as long
 * as the bus does not take it nothing new is decided: so none is lost and they keep their order.
 * Doing it again, after a crash at any point, publishes the same event id again or nothing.
 */
export async function updateLatest(
  deps: UpdateLatestDeps,
  subject: Subject,
  row: SlotRow | undefined,
  read: Latest,
): Promise<void> {
  let latest = read;
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    const delivered = latest.pending === null || (await tryPublish(deps, latest.pending));
    const change = changeFor(deps.timetable, subject, row, latest, delivered);
    if (!change) return;
    if (await deps.latest.change(subject.account, latest, change)) {
      if (change.pending && (await tryPublish(deps, change.pending))) {
        // When somebody was faster, the event goes out once more, with the same id.
        await deps.latest.change(subject.account, { ...latest, revision: latest.revision + 1 }, { pending: null });
      }
      return;
    }
    latest = await deps.latest.get(subject.account);
  }
  throw new Error('the latest row changed under every attempt');
}

/** @returns undefined when there is nothing to write */
function changeFor(
  timetable: Timetable,
  { account, start, rule }: Subject,
  row: SlotRow | undefined,
  latest: Latest,
  delivered: boolean,
): LatestChange | undefined {
  const decision = row && rule && delivered ? decide({ rule, start }, latest.memory, row, timetable) : undefined;
  const event = decision?.occurrence && rule && balanceEvent(account, rule, decision.occurrence);
  const newer = row?.status === 'measured' && row.observedAt > (latest.last?.observedAt ?? 0);
  const change: LatestChange = {
    ...(newer && { last: { slot: row.slot, observedAt: row.observedAt, snapshot: row.snapshot } }),
    ...(decision && !sameMemory(decision.memory, latest.memory) && { memory: decision.memory }),
    ...(event ? { pending: event } : latest.pending && delivered ? { pending: null } : {}),
  };
  return Object.keys(change).length > 0 ? change : undefined;
}

function sameMemory(a: AlertMemory, b: AlertMemory | null): boolean {
  return b !== null && JSON.stringify(a) === JSON.stringify(b);
}

async function tryPublish({ publish, log }: UpdateLatestDeps, event: BalanceEvent): Promise<boolean> {
  const fields = { companyId: event.companyId, cardAccountId: event.cardAccountId, slot: event.slot };
  try {
    await publish(event);
    log('info', 'alert', { ...fields, outcome: event.type });
    return true;
  } catch {
    log('error', 'alert', { ...fields, outcome: event.type, reason: 'not-published' });
    return false;
  }
}
