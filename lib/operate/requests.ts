import { createHash, randomUUID } from 'node:crypto';
import * as z from 'zod/mini';
import { keys } from '../balances/keys.ts';
import { VERSION } from '../balances/row.ts';
import type { Table } from '../balances/table.ts';
import { DAY_MS } from '../calendar.ts';
import { jsonText } from '../json.ts';
import { type OperateAnswer, operateAnswer } from './answers.ts';
import type { OperateEvent } from './events.ts';

export type RequestDeps = {
  readonly requests: Pick<Table, 'get' | 'put'>;
  readonly now: () => number;
};

/** So long a request's first answer is given again. */
const KEPT_DAYS = 7;
const rowSchema = z.object({
  asked: z.string(),
  by: z.optional(z.string()),
  answer: z.optional(jsonText(operateAnswer)),
});

/**
 * Carries a request out once: it is noted before anything is done, and asked again, it is answered with the first result.
 * Where nobody knows what became of it, that is the answer, and nothing is done a second time.
 */
export async function once(
  { requests, now }: RequestDeps,
  event: OperateEvent,
  work: () => Promise<OperateAnswer>,
): Promise<OperateAnswer> {
  const key = keys.operatorRequest(event.requestId);
  const asked = digest(event);
  const by = randomUUID();
  const row = { v: VERSION, asked, by, at: now(), expiresAt: Math.ceil((now() + KEPT_DAYS * DAY_MS) / 1000) };
  try {
    const isFirst = await requests.put(key, row, { absent: true });
    const found = isFirst ? undefined : z.safeParse(rowSchema, await requests.get(key, { consistent: true })).data;
    // Its own row, where the reply to the write was lost and the SDK sent it again.
    if (!isFirst && found?.by !== by) return firstAnswer(found, asked);
  } catch {
    return { action: 'none', outcome: 'requests-unreachable' };
  }
  const answer = await work();
  // Lost, the same id is answered with "began before", which is true.
  await requests.put(key, { ...row, answer: JSON.stringify(answer) }).catch(() => undefined);
  return answer;
}

function firstAnswer(found: z.output<typeof rowSchema> | undefined, asked: string): OperateAnswer {
  if (found && found.asked !== asked) return { action: 'none', outcome: 'request-id-used' };
  return found?.answer ?? { action: 'none', outcome: 'began-before' };
}

/** What was asked, whatever the order of its keys; ids of accounts are not kept in the clear. */
function digest(event: OperateEvent): string {
  const entries = Object.entries(event).sort(([one], [other]) => (one < other ? -1 : 1));
  return createHash('sha256').update(JSON.stringify(entries)).digest('hex');
}
