import type { CardAccount } from '../../lib/account/account.ts';
import type { AlertEvent } from '../../lib/alerts/events.ts';
import type { Rule } from '../../lib/alerts/rule.ts';
import { createAlertsStore } from '../../lib/balances/alerts-store.ts';
import { createLatestStore } from '../../lib/balances/latest-store.ts';
import { createReadRows } from '../../lib/balances/read-rows.ts';
import { createSlotStore } from '../../lib/balances/slot-store.ts';
import type { Table } from '../../lib/balances/table.ts';
import type { ReadRequest } from '../../lib/enkash/call.ts';
import { slotText } from '../../lib/instants.ts';
import type { MessageBody } from '../../lib/snapshots/snapshot-message.ts';
import { type TakeDeps, takeSnapshots } from '../../lib/snapshots/take-snapshots.ts';
import { account, MINUTE, midnight, quarterHours, rulesOf, snapshotWith } from './samples.ts';

type Message = {
  readonly slot?: number;
  readonly rule?: Rule;
  readonly cardAccountId?: string;
  readonly attempt?: number;
  readonly windowMs?: number;
};

/** The production worker over a table, with a clock to set, an EnKash to script and a bus to read. */
export function createWorker(table: Table) {
  const world = {
    now: midnight + 2_000,
    calls: [] as ReadRequest[],
    published: [] as AlertEvent[],
    lines: [] as string[],
    /** What the queue was told about messages that come back. */
    delays: [] as [receipt: string, seconds: number][],
    /** What EnKash states next; a thrown error is EnKash's failure. */
    available: (_request: ReadRequest): number => 150_000,
    publish: async (event: AlertEvent): Promise<void> => {
      world.published.push(event);
    },
  };
  const latest = createLatestStore(table);
  const deps: TakeDeps = {
    now: () => world.now,
    readRows: createReadRows(table),
    slots: createSlotStore(table, () => world.now),
    latest,
    alerts: createAlertsStore(table),
    delay: async (receipt, seconds) => {
      world.delays.push([receipt, seconds]);
    },
    paceOf: () => async () => true,
    enkash: {
      async readSummary(request) {
        world.calls.push(request);
        const { companyId, cardAccountId } = request;
        const { accountType, cards, balances, points } = snapshotWith(world.available(request));
        const names = { companyName: 'Test Rewards Pvt Ltd', accountTitle: 'Test Rewards - Reward' };
        const read: CardAccount = { companyId, cardAccountId, ...names, accountType, cards, balances, points };
        return { account: read, observedAt: world.now };
      },
    },
    publish: (event) => world.publish(event),
    log: (level, event, fields) => world.lines.push(JSON.stringify({ level, event, ...fields })),
  };
  const take = (batch: readonly (Message | string)[], changed: Partial<TakeDeps> = {}) =>
    takeSnapshots({ ...deps, ...changed }, batch.map(received), world.now + 30_000);
  return { world, deps, latest, take };
}

/** A message of the planner, or a body of its own; its id is its place in the batch. */
function received(message: Message | string, index: number) {
  const envelope = { id: String(index), receipt: String(index) };
  if (typeof message === 'string') return { ...envelope, attempt: 1, body: message };
  const {
    slot = midnight,
    rule,
    cardAccountId = account.cardAccountId,
    attempt = 1,
    windowMs = quarterHours.windowMs,
  } = message;
  const body: MessageBody = {
    ...{ v: 1, slot: slotText(slot), until: slot + windowMs, partner: 'acme', edition: midnight - MINUTE },
    ...{
      companyId: account.companyId,
      cardAccountId,
      previous: slot - 15 * MINUTE,
      ...(rule && { rules: rulesOf(rule) }),
    },
  };
  return { ...envelope, attempt, body: JSON.stringify(body) };
}
