import type { GateItem, TokenRow } from './item.ts';
import type { LoginGateDeps, LoginMemory, Unsettled } from './memory.ts';
import { replace } from './replace.ts';

const STORE_ATTEMPTS = 5;

/** Stores what a login came to, in the shared item, the token's row and the partner's pointer. */
export function createOutcomeStore(deps: LoginGateDeps, partner: string, loginId: string, memory: LoginMemory) {
  const { store, now } = deps;
  const readItem = () => store.read(loginId).catch(() => undefined);

  /**
   * Stores what a login came to, as long as the lease is ours. A table that hangs is left alone as soon as one more try, as
   * long as the last one, would end after `until`; the next request tries again.
   */
  async function storeOutcome(read: GateItem, until: number): Promise<void> {
    let item = read;
    let startedAt = now();
    const inTime = (): boolean => {
      const tookMs = now() - startedAt;
      startedAt += tookMs;
      return startedAt + tookMs <= until;
    };
    for (let attempt = 0; attempt < STORE_ATTEMPTS && memory.unsettled; attempt += 1) {
      if (attempt > 0 && !inTime()) return;
      if (attempt > 0 && !memory.unsettled.isItemStored) {
        item = (await readItem()) ?? item;
        if (!inTime()) return;
      }
      await storeOnce(item);
    }
  }

  /**
   * Item and token's row at once: where replies get lost, the count must not depend on both. A row that is behind its item
   * keeps others waiting a moment; one that never comes makes the token forgotten.
   */
  async function storeOnce(item: GateItem): Promise<void> {
    const { unsettled } = memory;
    if (!unsettled) return;
    unsettled.triedAt = now();
    const { tokenRow, fence } = unsettled;
    if (!isLeaseOf(memory.me, item, fence)) {
      unsettled.isItemStored = true;
      if (item.token?.id !== tokenRow?.id) unsettled.tokenRow = undefined;
    }
    await Promise.all([
      unsettled.isItemStored ? undefined : storeItem(unsettled, item),
      unsettled.tokenRow && storeToken(unsettled, unsettled.tokenRow),
    ]);
    if (unsettled.isItemStored && !unsettled.tokenRow && memory.unsettled === unsettled) memory.unsettled = undefined;
  }

  async function storeItem(unsettled: Unsettled, item: GateItem): Promise<void> {
    const { kind } = await replace(deps, unsettled.change(item), item);
    if (kind === 'won') unsettled.isItemStored = true;
  }

  async function storeToken(unsettled: Unsettled, row: TokenRow): Promise<void> {
    const pointed = store.writePointer({ partner, loginId, at: now() }).catch(() => undefined);
    const written = await store.writeToken(row).catch(() => undefined);
    await pointed;
    if (written !== undefined) unsettled.tokenRow = undefined;
  }

  /** One more try to store an outcome, for the request that is about to be served from memory. */
  async function storeAgain(): Promise<void> {
    const item = await readItem();
    if (item) await storeOnce(item);
    else if (memory.unsettled) memory.unsettled.triedAt = now();
  }

  return { store: storeOutcome, storeAgain };
}

/** Whether the item's lease is this owner's, under this fence. */
export function isLeaseOf(owner: string, { lease }: GateItem, fence: number): boolean {
  return lease?.owner === owner && lease.fence === fence;
}
