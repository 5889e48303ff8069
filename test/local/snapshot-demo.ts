import { setTimeout as wait } from 'node:timers/promises';
import * as z from 'zod';
import type { BusEvent } from './event-bridge.ts';
import type { Stage } from './stage.ts';
import { accountUrl, fetchToken } from './stage-client.ts';

const historySchema = z.object({ coverage: z.object({ measured: z.number() }) });
const balanceSchema = z.object({ balances: z.object({ available: z.string() }) });

export type SnapshotShow = {
  /** The limit of the rule, in rupees. */
  readonly below: string;
  readonly history: unknown;
  readonly measured: number;
  readonly event: BusEvent | undefined;
};

/**
 * Watches the first account with a limit just above its balance, and waits for what follows: two snapshots, which make
 * one low-balance event.
 * @param account the answer to the first read
 * @returns what was seen by then; undefined when the account could not be watched
 */
export async function watchAndWait(
  stage: Stage,
  account: unknown,
  patienceMs = 60_000,
): Promise<SnapshotShow | undefined> {
  const [caller] = stage.callers;
  const [id] = stage.accounts;
  if (!id) return undefined;
  const url = accountUrl(stage.url, id);
  const authorization = `Bearer ${await fetchToken(stage.tokenUrl, caller)}`;
  const { available } = balanceSchema.parse(account).balances;
  const below = `${Math.floor(Number(available)) + 1}.00`;
  const watched = await fetch(`${url}/watch`, {
    method: 'PUT',
    headers: { authorization, 'content-type': 'application/json' },
    body: JSON.stringify({ rules: { float: { balance: 'available', below } } }),
  });
  if (!watched.ok) return undefined;

  const events = stage.aws.eventBridge?.events;
  const end = Date.now() + patienceMs;
  for (;;) {
    const answer = await fetch(`${url}/balances`, { headers: { authorization } });
    const history: unknown = await answer.json();
    const { measured } = historySchema.parse(history).coverage;
    const seen = measured >= 2 && (events === undefined || events.length > 0);
    if (seen || Date.now() > end) return { below, history, measured, event: events?.[0] };
    await wait(500);
  }
}
