import * as z from 'zod/mini';
import { queries } from '../balances/keys.ts';
import type { Table } from '../balances/table.ts';
import type { ReadTimetables } from '../balances/timetable-store.ts';
import { DAY_MS, istDay } from '../calendar.ts';
import { slotText } from '../instants.ts';
import { describeGate } from '../login-gate/describe.ts';
import { hasFailed, otherFails } from '../login-gate/permission.ts';
import { nextVersion, type Verdict } from '../login-gate/standing.ts';
import { type GateReads, type GateStatus, statusOf } from '../login-gate/status.ts';
import { slotsIn, type Timetables } from '../timetables.ts';
import type { AnyGateView, Coverage, GateView, LastDay } from './answers.ts';
import { reasonOf } from './reading.ts';

/** A partner's gate as a process would read it that is about to log in. */
export async function viewGate(deps: GateReads, partner: string): Promise<AnyGateView> {
  try {
    return viewOf(partner, await statusOf(deps, partner), deps.now());
  } catch (error) {
    return { partner, readable: false, reason: reasonOf(error) };
  }
}

function viewOf(partner: string, status: GateStatus, now: number): GateView {
  const { loginId, item, contents, rev, count, secretProblem = null } = status;
  const { current } = contents;
  const wasRefused = item?.refused.some(({ content }) => content === current?.content) ?? false;
  return {
    ...{ partner, readable: true, loginId, rev, count, wasRefused, secretProblem },
    hasFailed: item !== undefined && current !== undefined && hasFailed(item, current),
    otherFails: item !== undefined && current !== undefined && otherFails(item, current),
    versionId: current?.versionId ?? null,
    verdict: viewVerdict(status.verdict),
    sends: versionSent(status, now),
    evidence: item?.lastLogin?.evidence ?? null,
    words: describeGate(status, now),
  };
}

function versionSent({ item, contents }: GateStatus, now: number): GateView['sends'] {
  const next = item?.opened ? nextVersion(item, contents, now) : undefined;
  if (!next) return null;
  return next === contents.current ? 'current' : 'previous';
}

function viewVerdict(verdict: Verdict): GateView['verdict'] {
  if (verdict.kind === 'wait') {
    const { why, until } = verdict.wait;
    return { kind: 'wait', why, until: new Date(until).toISOString() };
  }
  return verdict.kind === 'login' ? { kind: 'login', permitted: verdict.permitted } : verdict;
}

/** The run row of one slot: how many snapshots were due, and what came of them. */
const count = z._default(z.int(), 0);
const runSchema = z.object({
  state: z.enum(['planning', 'planned', 'ended']),
  ...{ suspended: count, expected: count, measured: count, failed: count, missed: count },
});
/** Of one IST day. */
const dayRunSchema = z.object({
  sk: z.string(),
  accounts: count,
  unmeasured: count,
  named: z._default(z.string(), ''),
});
/** A day is closed some hours after its end. */
const DAYS_BACK = 3;

export type CoverageReads = {
  readonly table: Pick<Table, 'query'>;
  readonly timetables: ReadTimetables;
  /** After a slot's window, until the reconciler looks at it. */
  readonly graceMs: number;
};
/** What the reconciler may take beyond its start, a million accounts included. */
const RECONCILER_MS = 120_000;
/** Longer than the longest period with its window. */
const LOOK_BACK_MS = 3 * 3_600_000;

/** The last slot that must be over, by the timetable of its instant, and what became of it. */
export async function viewCoverage(
  { table, timetables, graceMs }: CoverageReads,
  now: number,
): Promise<{ slot: string; coverage: Coverage; lastDay: LastDay | null }> {
  try {
    const slot = lastDueSlot(await timetables(), graceMs, now);
    return { slot: slotText(slot), coverage: await coverageOf(table, slot), lastDay: await lastDayOf(table, now) };
  } catch {
    return { slot: slotText(now), coverage: { state: 'table-unreachable' }, lastDay: null };
  }
}

async function coverageOf(table: Pick<Table, 'query'>, slot: number): Promise<Coverage> {
  const { items } = await table.query(queries.slotRuns({ from: slot, to: slot + 1000 }));
  const [row] = items;
  if (!row) {
    const earlier = await table.query(queries.slotRuns({ from: 0, to: slot }), { limit: 1 });
    return { state: earlier.items.length > 0 ? 'never-planned' : 'no-slot-yet' };
  }
  const run = z.safeParse(runSchema, row);
  if (!run.success) return { state: 'unreadable' };
  const { state, ...counts } = run.data;
  return state === 'ended' ? { state, ...counts } : { state, suspended: counts.suspended };
}

async function lastDayOf(table: Pick<Table, 'query'>, now: number): Promise<LastDay | null> {
  const days = queries.dayRuns(istDay(now - DAYS_BACK * DAY_MS), istDay(now));
  const { items } = await table.query(days, { backwards: true, limit: 1 });
  const run = z.safeParse(dayRunSchema, items[0]);
  if (!run.success) return null;
  const { sk, named, ...counts } = run.data;
  return { day: sk.slice('day#'.length), ...counts, named: named.split(' ').filter((name) => name !== '') };
}

function lastDueSlot(timetables: Timetables, graceMs: number, now: number): number {
  const due = slotsIn(timetables, { from: now - LOOK_BACK_MS, to: now }).findLast(({ slot, until }) => {
    const isShort = graceMs < RECONCILER_MS && until - slot < 60_000;
    return until + graceMs + (isShort ? graceMs : RECONCILER_MS) <= now;
  });
  return due?.slot ?? now - LOOK_BACK_MS;
}
