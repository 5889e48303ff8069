import type { GateItem, LoginGateStore, Pointer, TokenRow } from '../../lib/login-gate/item.ts';

/** The gate's rows in memory. */
export function createMemoryStore(): LoginGateStore & {
  peek(loginId: string): GateItem | undefined;
  put(item: GateItem): void;
  lose(): void;
} {
  const items = new Map<string, GateItem>();
  const tokens = new Map<string, TokenRow>();
  const pointers = new Map<string, Pointer>();
  return {
    peek: (loginId) => items.get(loginId),
    put: (item) => void items.set(item.loginId, item),
    lose() {
      for (const rows of [items, tokens, pointers]) rows.clear();
    },
    read: async (loginId) => items.get(loginId),
    async replace(item, seen) {
      if ((items.get(item.loginId)?.rev ?? 0) !== seen) return false;
      items.set(item.loginId, item);
      return true;
    },
    readToken: async (loginId) => tokens.get(loginId),
    async writeToken(row) {
      if ((tokens.get(row.loginId)?.fence ?? 0) > row.fence) return false;
      tokens.set(row.loginId, row);
      return true;
    },
    readPointer: async (partner) => pointers.get(partner),
    async writePointer(pointer) {
      pointers.set(pointer.partner, pointer);
    },
  };
}
