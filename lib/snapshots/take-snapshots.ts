import { type SlotRow, snapshotOf } from '../account/snapshot.ts';
import type { ReadRows, Rows } from '../balances/read-rows.ts';
import type { SlotStore } from '../balances/slot-store.ts';
import { forEachLimit } from '../batches.ts';
import { SNAPSHOT_NEEDS_MS, SNAPSHOT_WRITE_MS } from '../budgets.ts';
import type { EnkashClient } from '../enkash/client.ts';
import { AppError } from '../errors.ts';
import { slotText } from '../instants.ts';
import { describeUnexpected } from '../log.ts';
import { windowOf } from '../slots.ts';
import { isWorthRepeating, reasonOf } from './failure-reasons.ts';
import type { Pacer } from './pacer.ts';
import { type Message, parseMessage } from './snapshot-message.ts';
import { type UpdateLatestDeps, updateLatest } from './update-latest.ts';

export type TakeDeps = UpdateLatestDeps & {
  readonly readRows: ReadRows;
  readonly slots: Pick<SlotStore, 'put' | 'get'>;
  readonly enkash: Pick<EnkashClient, 'readSummary'>;
  /** The pace of this worker's calls for a partner. */
  readonly paceOf: (partner: string) => Pacer;
  /** After how long a message that we report comes back: the queue's visibility time-out. */
  readonly retryMs: number;
  readonly now: () => number;
};

export type Received = { readonly id: string; readonly body: string };

/** One account's slots in a batch, ascending, each with the messages that ask for it. */
type Errand = { readonly message: Message; readonly ids: readonly string[] };

/** One vCPU feeds about 1,200 calls a second at 64 in flight; more adds memory and no speed (performance.md). */
const IN_FLIGHT = 64;

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
  const seen = await deps.readRows(errands.flat().map(({ message }) => ({ account: message, slot: message.slot })));
  const returned = [...poisoned];
  await forEachLimit(errands, IN_FLIGHT, async (ofAccount) => {
    for (const errand of ofAccount) {
      if (!(await isDone(deps, errand.message, seen, deadline))) returned.push(...errand.ids);
    }
  });
  return returned;
}

function sort(batch: readonly Received[]): { errands: Errand[][]; poisoned: string[] } {
  const poisoned: string[] = [];
  const byAccount = new Map<string, Map<number, { message: Message; ids: string[] }>>();
  for (const { id, body } of batch) {
    const message = parseMessage(body);
    if (!message) {
      poisoned.push(id);
      continue;
    }
    const account = `${message.companyId}/${message.cardAccountId}`;
    const bySlot = byAccount.get(account) ?? new Map();
    byAccount.set(account, bySlot);
    const errand = bySlot.get(message.slot) ?? { message, ids: [] };
    bySlot.set(message.slot, errand);
    errand.ids.push(id);
  }
  const errands = [...byAccount.values()].map((bySlot) =>
    [...bySlot.values()].sort((a, b) => a.message.slot - b.message.slot),
  );
  return { errands, poisoned };
}

/** One account's failure, whatever it is, stays its own. */
async function isDone(deps: TakeDeps, message: Message, seen: Rows, deadline: number): Promise<boolean> {
  const { partner, companyId, cardAccountId, slot } = message;
  try {
    return await takeOne(deps, message, seen, deadline);
  } catch (error) {
    const fields = { partner, companyId, cardAccountId, slot: slotText(slot) };
    deps.log('error', 'snapshot', { ...fields, outcome: 'unexpected', ...describeUnexpected(error) });
    return false;
  }
}

/** @returns false when the message must come back */
async function takeOne(deps: TakeDeps, message: Message, seen: Rows, deadline: number): Promise<boolean> {
  const { slot } = message;
  const window = windowOf(deps.timetable, slot);
  const held = seen.slot({ account: message, slot });
  if (held?.status === 'measured') return stored(deps, message, seen, held);
  if (held?.status === 'missed') return true;
  // Somebody's clock is wrong, or the message is no plan of ours.
  if (deps.now() < window.from) return false;

  if (deps.now() >= window.to) {
    if (!held) await deps.slots.put(message, { slot, status: 'missed', reason: 'late' });
    return true;
  }
  if (!(await deps.paceOf(message.partner)(Math.min(window.to, deadline - SNAPSHOT_NEEDS_MS)))) return false;

  const outcome = await measure(deps, message, Math.min(window.to, deadline - SNAPSHOT_WRITE_MS));
  const { row } = outcome;
  const written = await deps.slots.put(message, row);
  if (row.status === 'measured') {
    // A refused write means that a final row is there: another worker's, or ours when its acknowledgement was lost.
    const kept = written ? row : await deps.slots.get(message, slot);
    return kept ? stored(deps, message, seen, kept) : false;
  }
  return !(outcome.repeat && deps.now() + deps.retryMs < window.to);
}

async function stored(deps: TakeDeps, message: Message, seen: Rows, row: SlotRow): Promise<boolean> {
  const { start, rule } = message;
  await updateLatest(deps, { account: message, start, rule }, row, seen.latest(message));
  return true;
}

type Outcome = { readonly row: SlotRow; readonly repeat: boolean };

async function measure(deps: TakeDeps, message: Message, deadline: number): Promise<Outcome> {
  const { partner, companyId, cardAccountId, slot } = message;
  const failed = (reason: string, repeat: boolean): Outcome => {
    const fields = { partner, companyId, cardAccountId, slot: slotText(slot) };
    deps.log('warn', 'snapshot', { ...fields, outcome: 'failed', reason });
    return { row: { slot, status: 'failed', reason }, repeat };
  };
  try {
    const { account, observedAt } = await deps.enkash.readSummary({ partner, companyId, cardAccountId, deadline });
    if (observedAt >= windowOf(deps.timetable, slot).to) return failed('late', false);
    return { row: { slot, status: 'measured', observedAt, snapshot: snapshotOf(account) }, repeat: false };
  } catch (error) {
    if (!(error instanceof AppError) || error.code === 'INTERNAL') throw error;
    return failed(reasonOf(error), isWorthRepeating(error));
  }
}
