import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { routes } from '../../lib/api/routes/routes.ts';
import { startDynamoDb } from '../local/aws.ts';
import { type Exchange, type Listener, listen, sendJson } from '../local/http-server.ts';
import { type Stage, startStage } from '../local/stage.ts';
import { fetchToken } from '../local/stage-client.ts';
import { contractCalls, send } from '../rigs/contract-calls.ts';
import { describedSchema, objectionTo } from '../rigs/described.ts';

/** Errors of DynamoDB by their names; `silence` is no answer at all. */
type Trouble = 'silence' | 'ThrottlingException' | 'InternalServerError' | 'ValidationException';

let trouble: Trouble | undefined;
let dynamo: { readonly url: string; close(): unknown };
let proxy: Listener;
let stage: Stage;
let token = '';

/** DynamoDB, whose balances table is in trouble; the login gate's is not. */
async function answer({ headers, body, response }: Exchange): Promise<void> {
  if (trouble !== undefined && body.includes('local-balances')) {
    if (trouble === 'silence') return;
    return sendJson(response, trouble === 'InternalServerError' ? 500 : 400, { __type: `com.amazonaws#${trouble}` });
  }
  const { host: _, connection: __, 'content-length': ___, ...rest } = headers;
  const reply = await fetch(dynamo.url, { method: 'POST', headers: rest as Record<string, string>, body: `${body}` });
  response.writeHead(reply.status, Object.fromEntries(reply.headers)).end(Buffer.from(await reply.arrayBuffer()));
}

beforeAll(async () => {
  dynamo = await startDynamoDb();
  proxy = await listen(answer);
  vi.stubEnv('AWS_ENDPOINT_URL_DYNAMODB', proxy.url);
  stage = await startStage({ env: process.env });
  token = await fetchToken(stage.tokenUrl, stage.callers[0]);
});
afterAll(async () => {
  trouble = undefined;
  await stage?.close();
  await proxy?.close();
  await dynamo?.close();
  vi.unstubAllEnvs();
});

const calls = contractCalls(new Date()).filter(({ name }) => name !== 'missing' && name !== 'wrong');
const needsTable = ({ operationId }: { readonly operationId: string }) =>
  routes.some((route) => route.operationId === operationId && route.errors.includes('STORAGE_UNAVAILABLE'));

async function answersDuring(kind: Trouble) {
  trouble = kind;
  const answers = await Promise.all(
    calls.map(async (call) => ({ call, response: await send(call, stage.url, token) })),
  );
  trouble = undefined;
  return answers;
}

test.each(['silence', 'ThrottlingException', 'InternalServerError'] as const)(
  'while the balances table answers %s, what needs it is a 503 that says when to come again, and EnKash is read on',
  async (kind) => {
    const document = describedSchema.parse(await (await fetch(`${stage.url}/openapi.json`)).json());
    for (const { call, response } of await answersDuring(kind)) {
      const text = await response.clone().text();
      if (needsTable(call)) expect(text, call.name).toContain('"code":"STORAGE_UNAVAILABLE"');
      // A company's watch answers for each account.
      const passes = !needsTable(call) || call.operationId === 'watchCompany';
      expect([response.status, response.headers.get('retry-after')], call.name).toEqual(
        passes ? [200, null] : [503, '1'],
      );
      expect(await objectionTo(document, call.operationId, response), call.name).toBeUndefined();
    }
  },
);

test('a request that DynamoDB finds wrong is a fault of ours', async () => {
  for (const { call, response } of await answersDuring('ValidationException'))
    if (needsTable(call)) expect(await response.text(), call.name).toContain('"code":"INTERNAL"');
});
