import type { AccountKey } from '../account-key.ts';
import { REFUSAL_MEMORY_MS, TOKEN_ASK_AGAIN_MS } from '../budgets.ts';
import type { Refusal, Session } from '../enkash/session.ts';
import type { GateItem } from './item.ts';
import { isAlive, type LoginGateDeps, type LoginMemory } from './memory.ts';
import { blocked, tokenRefused } from './refusals.ts';
import { replace } from './replace.ts';
import type { SharedTokens } from './shared-token.ts';
import { judge401 } from './standing.ts';
import { fingerprint } from './token.ts';
import { markDead } from './transitions.ts';

const ATTEMPTS = 3;
const PAUSE_MS = 200;
/** So many accounts' refusals are remembered; one more, and all are forgotten, which costs a control read each. */
const REMEMBERED_ACCOUNTS = 1_000;

type Parts = {
  readonly deps: LoginGateDeps;
  readonly partner: string;
  readonly memory: LoginMemory;
  readonly tokens: SharedTokens;
  readonly refusedAccounts: ReturnType<typeof createRefusedAccounts>;
};

/** What is done when EnKash's API refuses a token: the token is over, is doubted, or the refusal is about one account. */
export function createRenewal(
  deps: LoginGateDeps,
  partner: string,
  loginId: string,
  memory: LoginMemory,
  tokens: SharedTokens,
) {
  const { store, now } = deps;
  const refusedAccounts = createRefusedAccounts(now);
  const parts = { deps, partner, memory, tokens, refusedAccounts };

  /**
   * @returns a session to repeat the call with, or `log-in` when the token is over and a new one is needed
   * @throws UpstreamError `token-refused`, LoginBlockedError `gate-unreachable`
   */
  async function renew(refusal: Refusal): Promise<Session | 'log-in'> {
    const { session, account, deadline } = refusal;
    if (isAlive(memory.held, now()) && memory.held.token !== session.token) return memory.held;
    const rememberedMs = refusedAccounts.waitMs(account);
    if (rememberedMs > 0) throw refused(rememberedMs);

    let failedReads = 0;
    let isChecked = false;
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
      const judged = await judge(parts, refusal, item, isChecked);
      if (judged !== 'dead' && judged !== 'checked') return judged;
      isChecked ||= judged === 'checked';
      if (!item) continue;
      const marked = await replace(deps, markDead(item, fingerprint(session.token)), item);
      if (marked.kind === 'failed') await deps.sleep(PAUSE_MS);
      if (marked.kind === 'won') {
        deps.report({ kind: 'token-dead', partner });
        forget(memory, session);
        return 'log-in';
      }
    }
    deps.report({ kind: 'unreachable', partner });
    throw blocked('gate-unreachable');
  }

  return renew;
}

/** @returns `dead`, or `checked` when a control read of this refusal says so: the token is to be marked */
async function judge(
  { deps, partner, memory, tokens, refusedAccounts }: Parts,
  { session, account, repeated, controlRead }: Refusal,
  item: GateItem | undefined,
  isChecked: boolean,
) {
  const now = deps.now();
  const accepted = memory.held?.token === session.token ? memory.held.accepted : undefined;
  const judgement = judge401(item, { id: fingerprint(session.token), accepted, repeated }, now);
  switch (judgement.kind) {
    case 'over': {
      const other = await tokens.open(item);
      forget(memory, session);
      return other && other !== 'not-yet' && other !== 'lost' && other.token !== session.token ? other : 'log-in';
    }
    case 'check': {
      if (isChecked) return 'checked';
      const verdict = await controlRead(judgement.account);
      if (verdict === 'unknown') throw refused(TOKEN_ASK_AGAIN_MS);
      if (verdict === 'refused') return 'checked';
      deps.report({ kind: 'token-refused', partner });
      throw refused(refusedAccounts.remember(account));
    }
    case 'ask-again':
      await deps.sleep(TOKEN_ASK_AGAIN_MS);
      return session;
    case 'doubt':
      deps.report({ kind: 'token-refused', partner });
      throw refused(judgement.until - now);
    case 'dead':
      return 'dead';
  }
}

function forget(memory: LoginMemory, { token }: Session): void {
  if (memory.held?.token === token) memory.held = undefined;
}

function refused(waitMs: number) {
  return tokenRefused(Math.max(1, Math.ceil(waitMs / 1000)));
}

/** Accounts that EnKash refuses whatever the token, each for a while. */
function createRefusedAccounts(now: () => number) {
  const untils = new Map<string, number>();
  const keyOf = ({ companyId, cardAccountId }: AccountKey): string => `${companyId} ${cardAccountId}`;

  return {
    /** How long it is still refused; 0 or less where it is not. */
    waitMs: (account: AccountKey): number => (untils.get(keyOf(account)) ?? 0) - now(),
    /** @returns for how long */
    remember(account: AccountKey): number {
      if (untils.size >= REMEMBERED_ACCOUNTS) untils.clear();
      untils.set(keyOf(account), now() + REFUSAL_MEMORY_MS);
      return REFUSAL_MEMORY_MS;
    },
  };
}
