import { shortId } from './content.ts';
import { answered, ask, withoutControl } from './control-transitions.ts';
import type { GateItem } from './item.ts';
import type { LoginGateDeps } from './memory.ts';
import { replace } from './replace.ts';

const unanswered = { kind: 'trouble', evidence: 'unanswered', retryAfterSeconds: undefined } as const;

/**
 * Asks whether EnKash's application answers. Only the process whose claim to ask was stored does so.
 * @returns `lost` when another process was faster
 */
export async function askEnkash(deps: LoginGateDeps, partner: string, item: GateItem): Promise<'asked' | 'lost'> {
  const { control, now } = deps;
  if (!control) {
    await replace(deps, withoutControl(item, now()), item);
    return 'asked';
  }
  const asking = await replace(deps, ask(item, now()), item);
  if (asking.kind !== 'won') return 'lost';
  const answer = await control().catch(() => unanswered);
  deps.report({ kind: 'control', partner, login: shortId(item.loginId), evidence: answer.evidence });
  await replace(deps, answered(asking.item, answer, now()), asking.item);
  return 'asked';
}
