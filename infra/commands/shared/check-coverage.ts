import * as z from 'zod';
import { queries } from '../../../lib/balances/keys.ts';
import type { Table } from '../../../lib/balances/table.ts';
import { slotText } from '../../../lib/instants.ts';
import { createTimetable, slotsBetween } from '../../../lib/slots.ts';
import { type Finding, ok, skipped, wrong } from './finding.ts';
import type { SnapshotFacts } from './stage-facts.ts';

const check = 'last slot';
/** What the reconciler may take beyond its start, a million accounts included. */
const RECONCILER_SECONDS = 120;

/** The run row of one slot: how many snapshots were due, and what came of them. */
const runSchema = z.object({
  sk: z.string(),
  state: z.enum(['planning', 'planned', 'ended']),
  expected: z.int().default(0),
  measured: z.int().default(0),
  failed: z.int().default(0),
  missed: z.int().default(0),
});

/** Whether the last slot that must be over was planned, reconciled, and measured whole. */
export async function checkCoverage(
  snapshots: SnapshotFacts,
  tableOf: (name: string) => Pick<Table, 'query'>,
  now: number,
): Promise<Finding> {
  const slot = lastDueSlot(snapshots, now);
  try {
    const table = tableOf(snapshots.table);
    const { items } = await table.query(queries.slotRuns({ from: slot, to: slot + 1000 }));
    if (items.length === 0 && !(await hasEarlierRun(table, slot))) {
      return skipped(check, 'no slot was planned yet; if the stage is older than a period, look at plan-snapshots');
    }
    const run = runSchema.optional().safeParse(items[0]);
    return run.success
      ? judge(slot, run.data)
      : wrong(check, 'its run row cannot be read', 'Another version wrote it.');
  } catch {
    return wrong(check, 'the balances table cannot be read', 'Check the table and your AWS rights (dynamodb:Query).');
  }
}

async function hasEarlierRun(table: Pick<Table, 'query'>, slot: number): Promise<boolean> {
  const { items } = await table.query(queries.slotRuns({ from: 0, to: slot }), { limit: 1 });
  return items.length > 0;
}

function lastDueSlot({ everySeconds, lateSeconds, graceSeconds }: SnapshotFacts, now: number): number {
  const timetable = createTimetable(everySeconds, lateSeconds);
  const slack = graceSeconds < RECONCILER_SECONDS && everySeconds < 60 ? graceSeconds : RECONCILER_SECONDS;
  const before = now - timetable.windowMs - (graceSeconds + slack) * 1000;
  return slotsBetween(timetable, { from: before - timetable.periodMs, to: before }).at(-1) ?? before;
}

function judge(slot: number, run: z.infer<typeof runSchema> | undefined): Finding {
  const at = slotText(slot);
  if (!run) {
    return wrong(
      check,
      `${at} was never planned: its balances are lost`,
      'Look at the schedule of plan-snapshots, its failure destination and its log.',
    );
  }
  if (run.state !== 'ended') {
    return wrong(
      check,
      `${at} is still ${run.state}`,
      'Look at the log and the failure destination of reconcile-snapshots.',
    );
  }
  const { expected, measured, failed, missed } = run;
  if (expected === 0) return ok(check, `${at}: nothing is watched`);
  const counts = `${at}: ${measured} of ${expected} measured, ${failed} failed, ${missed} missed`;
  if (measured === expected) return ok(check, counts);
  return wrong(
    check,
    counts,
    failed > 0
      ? 'The reasons are in the history of the accounts; the checks above name the likely one.'
      : 'Missed: messages came late or not at all. Look at the age of the queue and its dead letters.',
  );
}
