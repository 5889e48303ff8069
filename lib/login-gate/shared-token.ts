import { LOOK_FOR_VERSION_MS, TOKEN_ROW_MS } from '../budgets.ts';
import type { GateItem } from './item.ts';
import { type HeldSession, isAlive, type LoginGateDeps, type LoginMemory } from './memory.ts';
import { openToken } from './token.ts';
import type { Versions } from './versions.ts';

export type SharedTokens = ReturnType<typeof createSharedTokens>;

/** The fleet's token as this process opens and remembers it. */
export function createSharedTokens(deps: LoginGateDeps, loginId: string, versions: Versions, memory: LoginMemory) {
  const { now } = deps;
  let unreadable: { readonly id: string; readonly until: number } | undefined;

  const readRow = () => deps.store.readToken(loginId).catch(() => 'unreachable' as const);

  return {
    /**
     * The item's token, when it is alive and its secret version can be had. Its row is read only for a token that is new here.
     * @returns `not-yet` when the row holds another token, or cannot be read: a login is being stored; `lost` when that
     * takes too long
     */
    async open(item: GateItem | undefined): Promise<HeldSession | 'not-yet' | 'lost' | undefined> {
      const token = item?.token;
      if (!item?.opened || !token || token.dead || now() >= token.endsAt) return undefined;
      if (isAlive(memory.held, now()) && memory.held.id === token.id) {
        memory.held.accepted ??= token.accepted;
        return memory.held;
      }
      if (unreadable?.id === token.id && now() < unreadable.until) return undefined;
      const credentials = await versions.withContent(token);
      const read = credentials && (await readRow());
      if (read === 'unreachable') return 'not-yet';
      if (credentials && read?.id !== token.id) return now() - token.issuedAt > TOKEN_ROW_MS ? 'lost' : 'not-yet';
      const text = read && credentials && openToken(read.sealed, loginId, credentials);
      if (credentials === undefined || text === undefined) {
        unreadable = { id: token.id, until: now() + LOOK_FOR_VERSION_MS };
        return undefined;
      }
      memory.held = { token: text, id: token.id, credentials, expiresAt: token.endsAt, accepted: token.accepted };
      return memory.held;
    },
  };
}
