import type { ProofRow } from '../rigs/enkash-proof.ts';
import { playHistory } from './snapshot-histories.ts';
import type { HistoryFigures } from './snapshot-histories-check.ts';

/** R23: random histories until at least so many account-slots were compared; a wrong figure names the seeds that show it. */
export async function proveHistories(accountSlots = 1_000_000): Promise<ProofRow[]> {
  const runs: HistoryFigures[] = [];
  for (let seed = 1, total = 0; total < accountSlots; seed += 1) {
    const figures = await playHistory({ seed, accounts: 60, hours: 72 });
    runs.push(figures);
    total += figures.accountSlots;
  }
  const total = runs.reduce((sum, run) => sum + run.accountSlots, 0).toLocaleString('en');
  return [
    zero(
      `false \`missed\` of ${total} account-slots under changes of every kind`,
      runs,
      ({ falseMissed }) => falseMissed,
    ),
    zero(
      'slots without a row, reads that nobody expected',
      runs,
      ({ lost, unmeasuredReads }) => lost + unmeasuredReads,
    ),
    zero('rules whose last event is not their state, events that wait', runs, ({ wrongStates }) => wrongStates),
  ];
}

function zero(figure: string, runs: readonly HistoryFigures[], of: (run: HistoryFigures) => number): ProofRow {
  const found = runs.reduce((sum, run) => sum + of(run), 0);
  const seeds = runs.filter((run) => of(run) > 0).map(({ seed }) => seed);
  const measured = found === 0 ? `0 (${runs.length} seeds)` : `${found} (seeds ${seeds.slice(0, 10).join(', ')})`;
  return { id: 'R23', figure, required: '0', measured, ok: found === 0 };
}
