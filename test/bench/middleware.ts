import type { Context } from 'aws-lambda';
import { apiHandler } from '../../lib/api/api-handler.ts';
import { getCardAccount } from '../../lib/api/routes/get-card-account.ts';
import { median } from './median.ts';

/** What the middy bundle adds to a request, microseconds: event, scope, caller, audit line, metrics, headers. */
export async function middlewareMicroseconds(event: string): Promise<number> {
  const response = { statusCode: 200, body: '{}' };
  const deps = {
    callers: { benchclient: 'bench' },
    grants: { bench: { grants: [{ partner: 'acme', companyId: 'CEKTEST001' }] } },
    log: (level: string, name: string, fields: object) => JSON.stringify({ level, name, ...fields }),
    metric: () => {},
    now: Date.now,
  };
  const handler = apiHandler({ route: getCardAccount, deps, handle: async () => response });
  const context = { awsRequestId: 'bench', getRemainingTimeInMillis: () => 15_000 } as Context;
  const parsed: unknown = JSON.parse(event);

  const batches: number[] = [];
  for (let batch = 0; batch < 40; batch += 1) {
    const started = performance.now();
    for (let call = 0; call < 500; call += 1) await handler(parsed, context);
    batches.push(((performance.now() - started) / 500) * 1_000);
  }
  return median(batches.slice(10));
}
