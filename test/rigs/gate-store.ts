import type { GateItem, LoginGateStore } from '../../lib/login-gate/item.ts';

/** The gate's items in memory. */
export function createMemoryStore(): LoginGateStore & { peek(partner: string): GateItem | undefined } {
  const items = new Map<string, GateItem>();
  return {
    peek: (partner) => items.get(partner),
    read: async (partner) => items.get(partner),
    async replace(item, seen) {
      if ((items.get(item.partner)?.rev ?? 0) !== seen) return false;
      items.set(item.partner, item);
      return true;
    },
  };
}
