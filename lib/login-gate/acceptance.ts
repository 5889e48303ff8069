import type { AccountKey } from '../account-key.ts';
import { REFUSAL_MEMORY_MS, TOKEN_ASK_AGAIN_MS, TOKEN_NOTE_MS } from '../budgets.ts';
import type { Refusal, Session } from '../enkash/session.ts';
import { isAlive, replace } from './login.ts';
import type { LoginGateDeps, LoginMemory } from './memory.ts';
import { blocked, tokenRefused } from './refusals.ts';
import type { SharedTokens } from './shared-token.ts';
import { judge401 } from './standing.ts';
import { fingerprint } from './token.ts';
import { markAccepted, markDead } from './transitions.ts';

const ATTEMPTS = 3;
const PAUSE_MS = 200;
/** Accounts whose refusals are remembered; beyond it they are forgotten, at the price of a control read each. */
const REMEMBERED_ACCOUNTS = 1_000;

/** What EnKash's API says of a token: accepted, for which account first; or refused, and why that may be. */
export function createAcceptance(
  deps: LoginGateDeps,
  partner: string,
  loginId: string,
  memory: LoginMemory,
  tokens: SharedTokens,
) {
  const { store, now } = deps;
  /** Accounts that EnKash refuses whatever the token, until when. */
  const refusedAccounts = new Map<string, number>();
  const keyOf = ({ companyId, cardAccountId }: AccountKey): string => `${companyId} ${cardAccountId}`;

  /** Notes for the fleet that a token was accepted, once for each token. Gives up quietly, and soon. */
  async function accepted(session: Session, { companyId, cardAccountId }: AccountKey): Promise<void> {
    const { held } = memory;
    if (held?.token !== session.token || held.accepted) return;
    const account = { companyId, cardAccountId };
    held.accepted = account;
    await Promise.race([note(held.id, account), deps.sleep(TOKEN_NOTE_MS)]);
  }

  async function note(id: string, account: AccountKey): Promise<void> {
    for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
      const item = await store.read(loginId).catch(() => undefined);
      const next = item && markAccepted(item, id, account);
      if (!item || next === undefined || next === item) return;
      if ((await replace(deps, next, item)).kind !== 'lost') return;
    }
  }

  /**
   * @returns a session to repeat the call with, or `log-in` when the token is over and a new one is needed
   * @throws UpstreamError `token-refused`, LoginBlockedError `gate-unreachable`
   */
  async function renew({ session, account, deadline, controlRead, repeated }: Refusal): Promise<Session | 'log-in'> {
    if (isAlive(memory.held, now()) && memory.held.token !== session.token) return memory.held;
    const rememberedUntil = refusedAccounts.get(keyOf(account)) ?? 0;
    if (now() < rememberedUntil) throw refused(rememberedUntil);
    const id = fingerprint(session.token);
    const isHeld = memory.held?.token === session.token;

    let failedReads = 0;
    let isDead = false;
    for (let attempt = 0; attempt < ATTEMPTS && now() < deadline; attempt += 1) {
      const read = await store.read(loginId).then(
        (item) => ({ item }),
        () => undefined,
      );
      if (!read) {
        failedReads += 1;
        if (failedReads > 1) break;
        continue;
      }
      const { item } = read;
      const judgement = judge401(item, { id, accepted: isHeld ? memory.held?.accepted : undefined, repeated }, now());
      switch (judgement.kind) {
        case 'over': {
          const other = await tokens.open(item);
          forget(session);
          return other && other !== 'not-yet' && other !== 'lost' && other.token !== session.token ? other : 'log-in';
        }
        case 'check': {
          if (isDead) break;
          const verdict = await controlRead(judgement.account);
          if (verdict === 'accepted') throw remember(account);
          if (verdict === 'unknown') throw refused(now() + TOKEN_ASK_AGAIN_MS);
          isDead = true;
          break;
        }
        case 'ask-again':
          await deps.sleep(TOKEN_ASK_AGAIN_MS);
          return session;
        case 'doubt':
          deps.report({ kind: 'token-refused', partner });
          throw refused(judgement.until);
        case 'dead':
          break;
      }
      if (!item) continue;
      const marked = await replace(deps, markDead(item, id), item);
      if (marked.kind === 'failed') await deps.sleep(PAUSE_MS);
      if (marked.kind === 'won') {
        deps.report({ kind: 'token-dead', partner });
        forget(session);
        return 'log-in';
      }
    }
    deps.report({ kind: 'unreachable', partner });
    throw blocked('gate-unreachable');
  }

  function forget({ token }: Session): void {
    if (memory.held?.token === token) memory.held = undefined;
  }

  function remember(account: AccountKey) {
    if (refusedAccounts.size >= REMEMBERED_ACCOUNTS) refusedAccounts.clear();
    const until = now() + REFUSAL_MEMORY_MS;
    refusedAccounts.set(keyOf(account), until);
    deps.report({ kind: 'token-refused', partner });
    return refused(until);
  }

  function refused(until: number) {
    return tokenRefused(Math.max(1, Math.ceil((until - now()) / 1000)));
  }

  return { accepted, renew };
}
