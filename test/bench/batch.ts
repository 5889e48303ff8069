import { setTimeout as sleep } from 'node:timers/promises';
import { createHandler as createBatch } from '../../functions/batch-get-card-accounts.ts';
import { createHandler as createGet } from '../../functions/get-card-account.ts';
import type { EnkashClient } from '../../lib/enkash/client.ts';
import { account, context, dropInEvent, getEvent, startHandlers } from '../rigs/function-rig.ts';

type AccountRequest = Parameters<EnkashClient['readSummary']>[0];

const ACCOUNTS = Array.from({ length: 25 }, (_, index) => ({ ...account, cardAccountId: `CABENCH${index}` }));
/** EnKash takes from 60 to 132 ms, the same for an account each time. */
const latencyOf = ({ cardAccountId }: AccountRequest): number => 60 + 3 * Number(cardAccountId.slice('CABENCH'.length));

/** A batch of 25 accounts, 8 in flight, over the slowest of the same reads alone: one ratio a round. */
export async function batchOverSlowest(rounds: number): Promise<readonly number[]> {
  const { deps } = startHandlers();
  const { readSummary } = deps.enkash;
  const enkash = {
    ...deps.enkash,
    readSummary: async (request: AccountRequest) => {
      await sleep(latencyOf(request));
      return readSummary(request);
    },
  };
  const batch = createBatch({ ...deps, enkash });
  const get = createGet({ ...deps, enkash });
  const timed = async (call: ReturnType<typeof batch>): Promise<number> => {
    const started = performance.now();
    const { statusCode, body } = await call;
    if (statusCode !== 200 || body.includes('"code"')) throw new Error(body);
    return performance.now() - started;
  };
  const ratios: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const alone: number[] = [];
    for (const pathParameters of ACCOUNTS) alone.push(await timed(get(getEvent({ pathParameters }), context)));
    const together = await timed(
      batch(
        dropInEvent({
          resource: '/v1/card-accounts/batch',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify({ accounts: ACCOUNTS }),
        }),
        context,
      ),
    );
    ratios.push(together / Math.max(...alone));
  }
  return ratios;
}
