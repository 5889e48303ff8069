import { balanceNames } from '../account/account.ts';
import type { Balances, SlotRow } from '../account/snapshot.ts';

/** What rose and what fell between measured slots that follow each other; a change that went back between two is not seen. */
export type Movements = {
  /** Sums of the rises and of the falls, in paise, none below zero: open + increase - decrease = close. */
  readonly increase: Balances;
  readonly decrease: Balances;
  /** False where a slot without a balance, or one that does not state it, may hide a rise and a fall. */
  readonly complete: boolean;
};

/** Of a series of slots, in order, holes included. @returns null where nothing was measured, or a sum is no safe integer */
export function movementsOf(series: readonly SlotRow[]): Movements | null {
  const measured = series.flatMap((row) => (row.status === 'measured' ? [row.snapshot.balances] : []));
  const [first] = measured;
  if (!first) return null;
  const increase = { ...first };
  const decrease = { ...first };
  let complete = measured.length === series.length;
  for (const name of balanceNames) {
    const stated = measured.map((balances) => balances[name]).filter((value) => value !== null);
    if (stated.length > 0 && stated.length < measured.length) complete = false;
    if (stated.length === 0) continue;
    const steps = stated.slice(1).map((value, index) => value - (stated[index] ?? value));
    increase[name] = sum(steps.filter((step) => step > 0));
    decrease[name] = sum(steps.filter((step) => step < 0).map((step) => -step));
    if (!Number.isSafeInteger(increase[name]) || !Number.isSafeInteger(decrease[name])) return null;
  }
  return { increase, decrease, complete };
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
