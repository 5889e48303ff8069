import type { AccountKey } from '../../lib/account-key.ts';

/**
 * What is to be expected, in the plainest words: an account owes a row for a slot that fired while it was watched and
 * granted. It knows what was done, and nothing of how rows, spans or timetables are kept.
 */
export type Model = {
  watched(account: AccountKey, at: number, rules: readonly string[]): void;
  unwatched(account: AccountKey, at: number): void;
  isWatched(account: AccountKey): boolean;
  timetable(at: number, everyMinutes: number): void;
  /** The schedule fired for a slot, with these companies granted. */
  planned(slot: number, granted: ReadonlySet<string>): void;
  expected(account: AccountKey): ReadonlySet<number>;
  rules(account: AccountKey): readonly string[];
};

type Known = {
  watched: boolean;
  since: number;
  rules: readonly string[];
  readonly slots: Set<number>;
  readonly company: string;
};

export function createModel(): Model {
  const accounts = new Map<string, Known>();
  const of = ({ companyId, cardAccountId }: AccountKey): Known => {
    const name = `${companyId}/${cardAccountId}`;
    const known = accounts.get(name) ?? { watched: false, since: 0, rules: [], slots: new Set(), company: companyId };
    accounts.set(name, known);
    return known;
  };
  return {
    watched(account, at, rules) {
      const known = of(account);
      Object.assign(known, { watched: true, since: known.watched ? known.since : at, rules });
    },
    unwatched(account) {
      Object.assign(of(account), { watched: false, rules: [] });
    },
    isWatched: (account) => of(account).watched,
    timetable() {},
    planned(slot, granted) {
      for (const known of accounts.values()) {
        if (known.watched && granted.has(known.company) && known.since <= slot) known.slots.add(slot);
      }
    },
    expected: (account) => of(account).slots,
    rules: (account) => of(account).rules,
  };
}
