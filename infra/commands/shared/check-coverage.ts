import type { Coverage } from '../../../lib/operate/answers.ts';
import { type Finding, ok, skipped, wrong } from './finding.ts';

const check = 'last slot';

/** Whether the last slot that must be over was planned, reconciled, and measured whole, as `inspect` saw it. */
export function checkCoverage({ slot, coverage }: { readonly slot: string; readonly coverage: Coverage }): Finding {
  switch (coverage.state) {
    case 'no-slot-yet':
      return skipped(check, 'no slot was planned yet; if the stage is older than a period, look at plan-snapshots');
    case 'table-unreachable':
      return wrong(
        check,
        'the balances table cannot be read',
        "Look at DynamoDB, its key, and the rights of inspect's role.",
      );
    case 'unreadable':
      return wrong(check, 'its run row cannot be read', 'Another version wrote it.');
    case 'never-planned':
      return wrong(
        check,
        `${slot} was never planned: its balances are lost`,
        'Look at the schedule of plan-snapshots, its failure destination and its log.',
      );
    case 'planning':
    case 'planned':
      return wrong(
        check,
        `${slot} is still ${coverage.state}`,
        'Look at the log and the failure destination of reconcile-snapshots.',
      );
    case 'ended':
      return judge(slot, coverage);
  }
}

function judge(slot: string, { expected, measured, failed, missed }: Extract<Coverage, { state: 'ended' }>): Finding {
  if (expected === 0) return ok(check, `${slot}: nothing is watched`);
  const counts = `${slot}: ${measured} of ${expected} measured, ${failed} failed, ${missed} missed`;
  if (measured === expected) return ok(check, counts);
  return wrong(
    check,
    counts,
    failed > 0
      ? 'The reasons are in the history of the accounts; the checks above name the likely one.'
      : 'Missed: messages came late or not at all. Look at the age of the queue and its dead letters.',
  );
}
