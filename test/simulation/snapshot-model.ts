import type { AccountKey } from '../../lib/account-key.ts';
import type { Span } from '../../lib/calendar.ts';

/**
 * What is to be expected, in the plainest words: an account owes a row for a slot that came while it was watched and
 * granted. It knows what was done, and nothing of how rows, spans or timetables are kept.
 *
 * One thing nobody can know: when the settings changed, if the planner was off as they did. From the last slot that was
 * planned to the next one, such accounts may have any rows. So may an account whose watch is changed after a slot came, while
 * the planner, who is late, has not seen yet that it is granted again.
 */
export type Model = {
  watched(account: AccountKey, at: number, rules: readonly string[]): void;
  unwatched(account: AccountKey): void;
  isWatched(account: AccountKey): boolean;
  /** The settings have another timetable; or another set of grants for these companies. */
  changed(companies: readonly string[]): void;
  /** A slot's time has come, with these companies granted, whether or not it is planned. */
  came(slot: number, granted: ReadonlySet<string>): void;
  planned(slot: number): void;
  /** Nothing is planned any more. */
  ended(at: number): void;
  expected(account: AccountKey): ReadonlySet<number>;
  isUnknown(account: AccountKey, slot: number): boolean;
  rules(account: AccountKey): readonly string[];
};

type Known = {
  watched: boolean;
  since: number;
  rules: readonly string[];
  readonly slots: Set<number>;
  readonly unknown: Set<number>;
  readonly company: string;
};

export function createModel(companies: readonly string[]): Model {
  const accounts = new Map<string, Known>();
  const unknown = new Map<string, Span[]>(companies.map((company) => [company, []]));
  let open: { readonly slot: number; readonly owing: readonly Known[]; readonly changes: number }[] = [];
  /** Since the last slot that was planned. */
  let changedSince = new Set<string>();
  let changes = 0;
  let lastPlanned = 0;
  const of = ({ companyId, cardAccountId }: AccountKey): Known => {
    const name = `${companyId}/${cardAccountId}`;
    const fresh = { watched: false, since: 0, rules: [], slots: new Set<number>(), unknown: new Set<number>() };
    const known = accounts.get(name) ?? { ...fresh, company: companyId };
    accounts.set(name, known);
    return known;
  };
  /** What came is owed as it was, and may be unknown beside. */
  const settle = (unknownTo: number | undefined): void => {
    for (const { slot, owing } of open) for (const { slots } of owing) slots.add(slot);
    if (unknownTo === undefined) return;
    for (const company of changedSince) unknown.get(company)?.push({ from: lastPlanned + 1, to: unknownTo });
  };
  return {
    watched(account, at, rules) {
      const known = of(account);
      if (changedSince.has(known.company)) for (const { slot } of open) known.unknown.add(slot);
      Object.assign(known, { watched: true, since: known.watched ? known.since : at, rules });
    },
    unwatched(account) {
      Object.assign(of(account), { watched: false, rules: [] });
    },
    isWatched: (account) => of(account).watched,
    changed(of) {
      changes += 1;
      for (const company of of) changedSince.add(company);
    },
    came(slot, granted) {
      const owing = [...accounts.values()].filter(
        ({ watched, since, company }) => watched && granted.has(company) && since <= slot,
      );
      open.push({ slot, owing, changes });
    },
    planned(slot) {
      const isOff = open.some((each) => each.slot < slot);
      const isMoved = open.some((each) => each.slot === slot && each.changes !== changes);
      settle(isMoved ? slot + 1 : isOff ? slot : undefined);
      open = [];
      changedSince = new Set();
      lastPlanned = slot;
    },
    ended: (at) => settle(open.length > 0 ? at : undefined),
    expected: (account) => of(account).slots,
    isUnknown: (account, slot) => {
      const spans = unknown.get(account.companyId) ?? [];
      return of(account).unknown.has(slot) || spans.some(({ from, to }) => slot >= from && slot < to);
    },
    rules: (account) => of(account).rules,
  };
}
