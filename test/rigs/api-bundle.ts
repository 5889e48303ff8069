import * as z from 'zod/mini';
import { apiHandler, ok } from '../../lib/api/api-handler.ts';
import type { ApiRequest } from '../../lib/api/open-request.ts';
import { getCardAccount } from '../../lib/api/routes/get-card-account.ts';
import { createLog } from '../../lib/log.ts';
import { createMetric } from '../../lib/metrics.ts';
import { account, context, getEvent } from './function-rig.ts';

export const schema = z.strictObject({ done: z.boolean() });

export const done = ok(schema, { done: true });

/** A handler of the bundle around `handle`, with the lines that it wrote. */
export type Handled = ApiRequest<object, object, undefined>;

export const grants = { alpha: { grants: [{ partner: 'acme', companyId: account.companyId }] } };

export function bundle(
  handle: (request: Handled) => Promise<ReturnType<typeof ok>>,
  callers = { 'client-1': 'alpha' },
) {
  const lines: Record<string, unknown>[] = [];
  const clock = { ms: Date.parse('2026-01-01T00:00:00Z') };
  const now = () => clock.ms;
  const write = (line: string): void => void lines.push(JSON.parse(line));
  const deps = { callers, grants, now, log: createLog(write, now), metric: createMetric(write, 'test', now) };
  const handler = apiHandler({ route: getCardAccount, deps, handle });
  return { clock, lines, call: (event: unknown = getEvent()) => handler(event, context) };
}
