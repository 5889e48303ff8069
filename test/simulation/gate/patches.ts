import type { GateItem } from '../../../lib/login-gate/item.ts';
import type * as standing from '../../../lib/login-gate/standing.ts';
import type * as transitions from '../../../lib/login-gate/transitions.ts';
import { type Patch, setConstant, wrap } from './mutate.ts';

/** Patches that several mutants are made of. */
export const endless = 'Number.POSITIVE_INFINITY';
export const budget = (name: string, value: string): Patch => setConstant('lib/budgets.ts', name, value);
export const judging = (change: (item: GateItem) => GateItem): Patch =>
  wrap<typeof standing.verdictOf>(
    'login-gate/standing.ts',
    'verdictOf',
    (original) =>
      (item, ...rest) =>
        original(item && change(item), ...rest),
  );
export const counting = (around: (original: typeof transitions.count) => typeof transitions.count): Patch =>
  wrap('login-gate/transitions.ts', 'count', around);
export const settling = (around: (original: typeof transitions.settle) => typeof transitions.settle): Patch =>
  wrap('login-gate/transitions.ts', 'settle', around);
