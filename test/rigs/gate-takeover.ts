import { versionOf } from '../../lib/login-gate/content.ts';
import type { GateItem, LoginGateStore } from '../../lib/login-gate/item.ts';
import { claim, count } from '../../lib/login-gate/transitions.ts';
import { credentialsOf, partner, type Stage } from './login-gate-setup.ts';

export const inTime = (stage: Stage) => stage.clock.now() + 9_000;

/** The stage's table, as a process sees it to whom things happen on the way. */
export function table(stage: Stage, change: Partial<LoginGateStore>): LoginGateStore {
  return { ...stage.table, ...change };
}

export function itemOf(stage: Stage): GateItem {
  const item = stage.item();
  if (!item) throw new Error('no item');
  return item;
}

/** Somebody else's lease in place of what is there. */
export async function takeOver(stage: Stage, owner = 'other', version = credentialsOf('v0')): Promise<void> {
  const item = itemOf(stage);
  const now = stage.clock.now();
  const taken = count(claim(item, owner, now), owner, partner, versionOf(version), now);
  await stage.table.replace({ ...taken, rev: item.rev + 1 }, item.rev);
}
