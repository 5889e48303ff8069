import type { GateItem } from './item.ts';
import type { LoginGateDeps } from './memory.ts';

/** Revisions grow by a step at random, so that a process knows its own write by the revision alone, without reading it. */
const REVISION_STEPS = 2 ** 26;

/**
 * `lost`: somebody else was faster, or a repeated attempt met our own write. `failed`: the table refused, or nobody knows
 * whether it wrote. `item` is what the table holds if the write arrived.
 */
export type Written = { readonly kind: 'won' | 'lost' | 'failed'; readonly item: GateItem };

/** Writes the next item in place of the one that was `seen`. Never rejects. */
export async function replace({ store, random }: LoginGateDeps, next: GateItem, seen: GateItem): Promise<Written> {
  const item = { ...next, rev: seen.rev + 2 + Math.floor(random() * REVISION_STEPS) };
  try {
    return { kind: (await store.replace(item, seen.rev)) ? 'won' : 'lost', item };
  } catch {
    return { kind: 'failed', item };
  }
}
