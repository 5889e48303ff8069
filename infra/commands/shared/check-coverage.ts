import type { Coverage, LastDay } from '../../../lib/operate/answers.ts';
import { type Finding, ok, skipped, warning, wrong } from './finding.ts';

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

/** Watches that no grant covers any more: they end by themselves, and perhaps nobody meant that. */
export function checkSuspended(coverage: Coverage): Finding[] {
  const suspended = 'suspended' in coverage ? coverage.suspended : 0;
  if (suspended === 0) return [];
  return [
    warning(
      'suspended watches',
      `${suspended} watched accounts are covered by no grant: they are not measured, and end after seven days`,
      'Grant them again in cdk.json and deploy, if that was not meant.',
    ),
  ];
}

/** Whether every watched account had a balance on the last day that was closed. */
export function checkLastDay(lastDay: LastDay | null): Finding {
  const day = 'last day';
  if (lastDay === null) return skipped(day, 'no day was closed yet');
  const { unmeasured, accounts, named } = lastDay;
  if (unmeasured === 0) return ok(day, `${lastDay.day}: every one of ${accounts} accounts had a balance`);
  const names = `${named.join(', ')}${unmeasured > named.length ? ', …' : ''}`;
  return wrong(
    day,
    `${lastDay.day}: ${unmeasured} accounts had no balance all day: ${names}`,
    'The reasons are in their history (GET …/balances). One account alone: does EnKash know it (npm run enkash -- probe)?',
  );
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
