import type { ProofRow } from '../rigs/enkash-proof.ts';
import { checkFleet, type FleetFigures } from './snapshot-check.ts';
import { type Faults, healthy, rough } from './snapshot-faults.ts';

/** One run of the fleet: its table must fit in memory beside the next one's. */
const ACCOUNTS = 500;
const SLOTS = 40;
const PER_RUN = ACCOUNTS * SLOTS;

/**
 * R5 and R6: the production planner, worker and reconciler over at least `accountSlots` account-slots, and a tenth of that
 * without faults. Each run has the next seed; a wrong figure names the seeds that show it.
 */
export async function proveSnapshots(accountSlots = 1_000_000): Promise<ProofRow[]> {
  const underFaults = await runMany(accountSlots, rough);
  const undisturbed = await runMany(accountSlots / 10, healthy);
  const total = sum(underFaults, 'accountSlots').toLocaleString('en');
  return [
    zero(`slots silently lost, of ${total} under R5's faults and crashes`, 'R5', underFaults, 'lost'),
    zero('rows doubled, changed after being final, or measured outside the window', 'R5', underFaults, 'wrong'),
    zero('runs that did not end, or whose count is wrong', 'R5', underFaults, 'runsNotEnded'),
    zero('events missed, invented or never delivered', 'R5', underFaults, 'wrongEvents'),
    most('EnKash calls per stored snapshot, healthy', 1.05, undisturbed),
    most("EnKash calls per stored snapshot, under R5's faults", 1.25, underFaults),
  ];
}

async function runMany(accountSlots: number, faults: Faults): Promise<FleetFigures[]> {
  const runs = Math.max(1, Math.ceil(accountSlots / PER_RUN));
  const accounts = Math.min(ACCOUNTS, Math.max(1, Math.ceil(accountSlots / SLOTS)));
  const figures: FleetFigures[] = [];
  for (let seed = 1; seed <= runs; seed += 1) figures.push(await checkFleet({ seed, accounts, slots: SLOTS, faults }));
  return figures;
}

type Count = 'lost' | 'wrong' | 'runsNotEnded' | 'wrongEvents' | 'accountSlots' | 'calls' | 'measured';

function sum(runs: readonly FleetFigures[], key: Count): number {
  return runs.reduce((held, run) => held + run[key], 0);
}

function zero(figure: string, id: string, runs: readonly FleetFigures[], key: Count): ProofRow {
  const found = sum(runs, key);
  const seeds = runs.filter((run) => run[key] > 0).map(({ seed }) => seed);
  const measured = found === 0 ? '0' : `${found} (seeds ${seeds.slice(0, 10).join(', ')})`;
  return { id, figure, required: '0', measured, ok: found === 0 };
}

function most(figure: string, limit: number, runs: readonly FleetFigures[]): ProofRow {
  const ratio = sum(runs, 'calls') / sum(runs, 'measured');
  return { id: 'R6', figure, required: `<= ${limit}`, measured: ratio.toFixed(3), ok: ratio <= limit };
}
