import { type SlotRow, snapshotOf } from '../account/snapshot.ts';
import type { AccountKey } from '../account-key.ts';
import type { LatestStore } from '../balances/latest-store.ts';
import type { ReadRows, Rows, Wanted } from '../balances/read-rows.ts';
import type { SlotStore } from '../balances/slot-store.ts';
import { createTurns, forEachLimit } from '../batches.ts';
import { SNAPSHOT_NEEDS_MS, SNAPSHOT_WRITE_MS } from '../budgets.ts';
import type { EnkashClient } from '../enkash/client.ts';
import { AppError } from '../errors.ts';
import { slotText } from '../instants.ts';
import { describeFailure, describeUnexpected, type LogFields, levelOf } from '../log.ts';
import { isWorthRepeating, reasonOf, retryWaitMs } from './failure-reasons.ts';
import type { Pacer } from './pacer.ts';
import { judgeRow, type SettleDeps, settleAlerts } from './settle-alerts.ts';
import { type Message, parseMessage } from './snapshot-message.ts';

export type TakeDeps = SettleDeps & {
  readonly latest: Pick<LatestStore, 'measured'>;
  readonly readRows: ReadRows;
  readonly slots: Pick<SlotStore, 'put' | 'get'>;
  readonly enkash: Pick<EnkashClient, 'readSummary'>;
  /** The pace of this worker's calls for a partner. */
  readonly paceOf: (partner: string) => Pacer;
  /** Makes a message that we report come back after so many seconds, instead of the queue's visibility time-out. */
  readonly delay: (receipt: string, seconds: number) => Promise<void>;
  readonly now: () => number;
};

export type Received = {
  readonly id: string;
  readonly body: string;
  /** How often it was received, from 1. */
  readonly attempt: number;
  /** By which the queue can be told when it comes again. */
  readonly receipt: string;
};

/** One account's slots in a batch, ascending, each with the messages that ask for it. */
type Errand = { readonly message: Message; readonly received: readonly Received[] };

/** Calls to EnKash under way. The CPU is the limit where EnKash answers within 100 ms; more calls would be no faster (test/bench). */
const CALLS_AT_ONCE = 64;
/** While what some have answered is stored, others are called. */
const ACCOUNTS_AT_ONCE = 2 * CALLS_AT_ONCE;

/**
 * Takes the snapshots that a batch of messages asks for: looks first, calls EnKash only where nothing final is stored and
 * the slot's window is open, and stores every outcome.
 * @param deadline epoch ms at which the process is stopped
 * @returns the ids of the messages that must come back: a passing failure, or one that nobody can work on
 * @throws when the table cannot be read: then nothing was called and the whole batch comes back
 */
export async function takeSnapshots(deps: TakeDeps, batch: readonly Received[], deadline: number): Promise<string[]> {
  const { errands, poisoned } = sort(batch);
  for (const id of poisoned) deps.log('error', 'snapshot', { outcome: 'unreadable-message', requestId: id });
  const seen = await deps.readRows(errands.flat().map(({ message }) => wantedOf(message)));
  const returned = [...poisoned];
  const turn = createTurns(CALLS_AT_ONCE);
  await forEachLimit(errands, ACCOUNTS_AT_ONCE, async (ofAccount) => {
    for (const errand of ofAccount) {
      if (!(await isDone(deps, errand, { seen, deadline, turn })))
        returned.push(...errand.received.map(({ id }) => id));
    }
  });
  return returned;
}

/** The planner may be early by seconds; for a message that is early by more, no plan of ours, so long is soon enough. */
const LONGEST_EARLY_MS = 120_000;

/** What the errands of a batch share: the rows that were there, the end of the invocation, the turns of calls. */
type Trip = { readonly seen: Rows; readonly deadline: number; readonly turn: ReturnType<typeof createTurns> };

function sort(batch: readonly Received[]): { errands: Errand[][]; poisoned: string[] } {
  const poisoned: string[] = [];
  const byAccount = new Map<string, Map<number, { message: Message; received: Received[] }>>();
  for (const each of batch) {
    const message = parseMessage(each.body);
    if (!message) {
      poisoned.push(each.id);
      continue;
    }
    const account = `${message.companyId}/${message.cardAccountId}`;
    const bySlot = byAccount.get(account) ?? new Map();
    byAccount.set(account, bySlot);
    const errand = bySlot.get(message.slot) ?? { message, received: [] };
    bySlot.set(message.slot, errand);
    errand.received.push(each);
  }
  const errands = [...byAccount.values()].map((bySlot) =>
    [...bySlot.values()].sort((a, b) => a.message.slot - b.message.slot),
  );
  return { errands, poisoned };
}

/** One account's failure, whatever it is, stays its own. */
async function isDone(deps: TakeDeps, errand: Errand, trip: Trip): Promise<boolean> {
  const { partner, companyId, cardAccountId, slot } = errand.message;
  try {
    return await takeOne(deps, errand, trip);
  } catch (error) {
    const fields = { partner, companyId, cardAccountId, slot: slotText(slot) };
    deps.log('error', 'snapshot', { ...fields, outcome: 'unexpected', ...describeUnexpected(error) });
    return false;
  }
}

/** @returns false when the message must come back */
async function takeOne(deps: TakeDeps, errand: Errand, { seen, deadline, turn }: Trip): Promise<boolean> {
  const { message } = errand;
  const { slot } = message;
  const window = { from: slot, to: message.until };
  const held = seen.slot({ account: message, slot });
  if (held?.status === 'measured') return stored(deps, message, seen, held);
  if (held?.status === 'missed') return true;
  const early = window.from - deps.now();
  if (early > 0) {
    await comeAgain(deps, errand, Math.ceil(Math.min(early, LONGEST_EARLY_MS) / 1000));
    return false;
  }

  const outcome = await turn(async () => {
    if (deps.now() >= window.to) return 'late';
    const isPaced = await deps.paceOf(message.partner)(Math.min(window.to, deadline - SNAPSHOT_NEEDS_MS));
    return isPaced && measure(deps, message, Math.min(window.to, deadline - SNAPSHOT_WRITE_MS));
  });
  if (outcome === false) return false;
  if (outcome === 'late') {
    if (!held) await deps.slots.put(message, { slot, status: 'missed', reason: 'late' });
    return true;
  }
  const { row } = outcome;
  const written = await deps.slots.put(message, row);
  if (row.status === 'measured') {
    // A refused write means that a final row is there: another worker's, or ours when its acknowledgement was lost.
    const kept = written ? row : await deps.slots.get(message, slot);
    return kept ? stored(deps, message, seen, kept) : false;
  }
  if (!outcome.passes) return true;
  const wait = retryWaitMs(attemptOf(errand), { now: deps.now(), ...window }, outcome.passes);
  if (wait === undefined) return true;
  await comeAgain(deps, errand, wait / 1000);
  return false;
}

function attemptOf({ received }: Errand): number {
  return Math.max(1, ...received.map(({ attempt }) => attempt));
}

/** Where the queue does not take it, the message comes back after its visibility time-out. */
async function comeAgain({ delay }: TakeDeps, { received }: Errand, seconds: number): Promise<void> {
  await Promise.allSettled(received.map(({ receipt }) => delay(receipt, seconds)));
}

/** An account without a rule has no alerts to look at. */
function wantedOf(message: Message): Wanted {
  return { account: message, slots: [message.slot], rows: message.rules ? ['latest', 'alerts'] : ['latest'] };
}

async function stored(deps: TakeDeps, message: Message, seen: Rows, row: SlotRow): Promise<boolean> {
  if (row.status !== 'measured') return true;
  const { measuredSlot } = seen.latest(message);
  await noteMeasured(deps, message, row, measuredSlot);
  const { companyId, cardAccountId, edition, rules, previous } = message;
  if (!rules) return true;
  const watch = { account: { companyId, cardAccountId }, edition, rules, ended: null };
  // What a newer slot has shown is not judged by an older one.
  const judge = (measuredSlot ?? 0) > row.slot ? undefined : judgeRow(row, previous);
  await settleAlerts(deps, watch, seen.alerts(message), judge);
  return true;
}

/** Brings the latest row up to a measured slot, unless it is. */
export async function noteMeasured(
  { latest }: Pick<TakeDeps, 'latest'>,
  account: AccountKey,
  { slot, observedAt, snapshot }: Extract<SlotRow, { status: 'measured' }>,
  measuredSlot: number | null,
): Promise<void> {
  if (measuredSlot === null || measuredSlot < slot) await latest.measured(account, { slot, observedAt, snapshot });
}

type Outcome = {
  readonly row: SlotRow;
  /** The failure that may pass within the window. */
  readonly passes?: AppError;
};

async function measure(deps: TakeDeps, message: Message, deadline: number): Promise<Outcome> {
  const { partner, companyId, cardAccountId, slot, until } = message;
  const failed = (reason: string, fields: LogFields): SlotRow => {
    const level = levelOf(fields.outcome ?? '', 'warn');
    deps.log(level, 'snapshot', { partner, companyId, cardAccountId, slot: slotText(slot), ...fields });
    return { slot, status: 'failed', reason };
  };
  try {
    const { account, observedAt } = await deps.enkash.readSummary({ partner, companyId, cardAccountId, deadline });
    if (observedAt >= until) return { row: failed('late', { outcome: 'LATE' }) };
    return { row: { slot, status: 'measured', observedAt, snapshot: snapshotOf(account) } };
  } catch (error) {
    if (!(error instanceof AppError) || error.code === 'INTERNAL') throw error;
    // The words of an audit line, so that one query finds what callers met and what snapshots alone met.
    const row = failed(reasonOf(error), { outcome: error.code, ...describeFailure(error) });
    return isWorthRepeating(error) ? { row, passes: error } : { row };
  }
}
