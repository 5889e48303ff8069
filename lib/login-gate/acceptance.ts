import type { AccountKey } from '../account-key.ts';
import { TOKEN_NOTE_MS } from '../budgets.ts';
import type { Session } from '../enkash/session.ts';
import type { LoginGateDeps, LoginMemory } from './memory.ts';
import { replace } from './replace.ts';
import { markAccepted } from './transitions.ts';

const ATTEMPTS = 3;

/** Notes for the fleet that EnKash's API accepted a token, once for each token. Gives up quietly, and soon. */
export async function noteAccepted(
  deps: LoginGateDeps,
  loginId: string,
  { held }: LoginMemory,
  session: Session,
  { companyId, cardAccountId }: AccountKey,
): Promise<void> {
  if (held?.token !== session.token || held.accepted) return;
  const account = { companyId, cardAccountId };
  held.accepted = account;
  await Promise.race([note(deps, loginId, held.id, account), deps.sleep(TOKEN_NOTE_MS)]);
}

async function note(deps: LoginGateDeps, loginId: string, id: string, account: AccountKey): Promise<void> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    const item = await deps.store.read(loginId).catch(() => undefined);
    const next = item && markAccepted(item, id, account);
    if (!item || next === undefined || next === item) return;
    if ((await replace(deps, next, item)).kind !== 'lost') return;
  }
}
