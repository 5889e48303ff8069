import { QueryCommand } from '@aws-sdk/client-dynamodb';
import { createHandler } from '../../functions/get-balances.ts';
import { slotHistory } from '../../lib/balances/history.ts';
import { queries } from '../../lib/balances/keys.ts';
import { DAY_MS } from '../../lib/calendar.ts';
import { awsRuntime } from '../../lib/env.ts';
import { instantText } from '../../lib/instants.ts';
import { createDynamo } from '../../lib/live/dynamo.ts';
import type { LiveOptions } from '../../lib/live/enkash.ts';
import { liveBalancesDeps } from '../../lib/live/functions.ts';
import { claimsOf, context } from '../rigs/function-rig.ts';
import { median } from './median.ts';

const account = { companyId: 'CEKBENCH01', cardAccountId: 'CA1' };
const ROUNDS = 15;

/** A month of quarter-hours by the function get-balances, as JSON and as CSV, beside the bare query of the same rows. */
export async function readMonth(options: LiveOptions, endpoint: string) {
  const deps = liveBalancesDeps(options);
  const handler = createHandler(deps);
  const to = Math.floor(Date.now() / DAY_MS) * DAY_MS;
  const span = { from: to - 31 * DAY_MS, to };
  const query = { from: instantText(span.from), to: instantText(span.to), limit: '3000' };
  const event = (accept: string) => ({
    ...{ resource: '/v1/x', httpMethod: 'GET', headers: { accept }, pathParameters: account, body: null },
    ...{ queryStringParameters: query, isBase64Encoded: false },
    multiValueQueryStringParameters: Object.fromEntries(Object.entries(query).map(([name, value]) => [name, [value]])),
    requestContext: { requestId: 'bench', authorizer: { claims: claimsOf('card-accounts/read', 'bench') } },
  });
  const read = async (accept: string): Promise<string> => {
    const { statusCode, body } = await handler(event(accept), context);
    if (statusCode !== 200) throw new Error(body);
    return body;
  };
  const client = createDynamo(awsRuntime(options.env));
  const { condition, values } = queries.slots(account, span);
  const bare = new QueryCommand({
    TableName: 'bench',
    KeyConditionExpression: condition,
    ExpressionAttributeValues: Object.fromEntries(Object.entries(values).map(([name, S]) => [name, { S }])),
  });
  const requests = async (): Promise<number> => Object(await (await fetch(endpoint)).json()).requests;
  const timed = async (work: () => Promise<unknown>): Promise<number> => {
    const started = performance.now();
    await work();
    return performance.now() - started;
  };
  const round = async () => {
    const query = await timed(() => client.send(bare));
    const rows = await timed(() => slotHistory(deps, account, span, 3_000));
    const json = await timed(() => read('application/json'));
    const csv = await timed(() => read('text/csv'));
    return { query, rows, json, csv };
  };
  for (let settling = 0; settling < 5; settling += 1) await round();

  return async () => {
    const rounds: Awaited<ReturnType<typeof round>>[] = [];
    for (let done = 0; done < ROUNDS; done += 1) rounds.push(await round());
    const before = await requests();
    const slots = JSON.parse(await read('application/json')).items.length;
    const asked = (await requests()) - before;
    const ratio = (name: 'rows' | 'json' | 'csv') => median(rounds.map((times) => times[name] / times.query));
    return {
      ...{ slots, requests: asked, queryMs: median(rounds.map(({ query }) => query)) },
      ...{ rows: ratio('rows'), json: ratio('json'), csv: ratio('csv') },
    };
  };
}
