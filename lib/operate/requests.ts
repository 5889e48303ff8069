import { createHash } from 'node:crypto';
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
const rowSchema = z.object({ asked: z.string(), answer: z.optional(jsonText(operateAnswer)) });

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
  const row = { v: VERSION, asked, at: now(), expiresAt: Math.ceil((now() + KEPT_DAYS * DAY_MS) / 1000) };
  let isFirst: boolean;
  try {
    isFirst = await requests.put(key, row, { absent: true });
    if (!isFirst) return firstAnswer(await requests.get(key, { consistent: true }), asked);
  } catch {
    return { action: 'none', outcome: 'requests-unreachable' };
  }
  const answer = await work();
  // Lost, the same id is answered with "began before", which is true.
  await requests.put(key, { ...row, answer: JSON.stringify(answer) }).catch(() => undefined);
  return answer;
}

function firstAnswer(row: unknown, asked: string): OperateAnswer {
  const found = z.safeParse(rowSchema, row);
  if (found.success && found.data.asked !== asked) return { action: 'none', outcome: 'request-id-used' };
  return (found.success ? found.data.answer : undefined) ?? { action: 'none', outcome: 'began-before' };
}

/** What was asked, whatever the order of its keys; ids of accounts are not kept in the clear. */
function digest(event: OperateEvent): string {
  const entries = Object.entries(event).sort(([one], [other]) => (one < other ? -1 : 1));
  return createHash('sha256').update(JSON.stringify(entries)).digest('hex');
}
