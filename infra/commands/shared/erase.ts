import type { AccountKey } from '../../../lib/account-key.ts';
import { OperatorError } from './arguments.ts';
import type { Functions } from './invoke.ts';

type About = { readonly name: string; readonly slotSeconds: number };

/** Has an account erased, by as many invocations as it takes. @returns what was done, and what stays */
export async function eraseAll(
  functions: Functions,
  account: AccountKey,
  { name, slotSeconds }: About,
): Promise<readonly string[]> {
  let rows = 0;
  let watched = false;
  for (;;) {
    const confirm = account.cardAccountId;
    const done = await functions.operate<'erase'>({ action: 'erase', ...account, confirm }).catch((error: unknown) => {
      if (!(error instanceof OperatorError) || rows === 0) throw error;
      throw new OperatorError(
        `${rows} rows of ${name} are erased, not yet all. This round: ${error.message}\nRun it again.`,
      );
    });
    rows += done.rows;
    watched ||= done.watched;
    if (done.outcome !== 'unfinished') break;
  }
  return [`Erased ${rows} rows of ${name}${watched ? '; it is no longer watched' : ''}.`, ...whatStays(slotSeconds)];
}

function whatStays(seconds: number): string[] {
  return [
    'Gone now: every slot, day and latest balance, the alert rule and state, the entry in the schedule and in the list.',
    'Kept for 35 days: the table can be restored to any second of them (point-in-time recovery), and the copy would hold the',
    '  rows. After a restore, erase again.',
    'Kept for 30 days: events of the account in GET /v1/events, with the titles that they were published with.',
    'Kept for 365 days: company and card account ids in audit lines ("who read this account?"). They hold no balance and no',
    '  person; the law asks for a year of them (DPDP Rules 2025, PCI DSS 10.5.1).',
    'Elsewhere: events that were published live on with their subscribers, and callers keep what they were answered.',
    `If the account was watched a moment ago, run this again in ${seconds} s: a snapshot under way may write one more row.`,
  ];
}
