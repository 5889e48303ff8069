import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { createFunctions } from '../../../../infra/commands/shared/invoke.ts';
import type { StageFacts } from '../../../../infra/commands/shared/stage-facts.ts';
import { startLambdaApi } from '../../../local/lambda-api.ts';

const facts: StageFacts = {
  stage: 'uat',
  named: '--stage uat',
  aws: { AWS_REGION: 'ap-south-1', AWS_ACCESS_KEY_ID: 'made-up', AWS_SECRET_ACCESS_KEY: 'made-up' },
  functions: { inspect: 'inspect', operate: 'arn:aws:lambda:ap-south-1:1:function:operate', deliver: 'd' },
  secretFile: undefined,
  secretIds: { acme: 'secret' },
  enkash: { apiUrl: 'https://a.example', tokenUrl: 'https://a.example' },
  api: { url: '', tokenUrl: '', mutualTls: false },
  egress: { kind: 'local' },
  slotSeconds: 1,
  accounts: [],
  caller: undefined,
};

const running: { close: () => unknown }[] = [];
afterEach(async () => {
  delete process.env.AWS_ENDPOINT_URL_LAMBDA;
  for (const server of running.splice(0)) await server.close();
});

/** A Lambda that answers so; counts how often it was asked. */
async function lambda(answer: RequestListener): Promise<{ asked: () => number }> {
  let asked = 0;
  const server = createServer((request, response) => {
    asked += 1;
    answer(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  running.push({ close: () => server.close() });
  process.env.AWS_ENDPOINT_URL_LAMBDA = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { asked: () => asked };
}

const close = () => createFunctions(facts).operate<'close'>({ action: 'close', partner: 'acme' });
const status = () => createFunctions(facts).inspect({ action: 'status' });
const answers =
  (body: unknown, headers: Record<string, string> = {}, code = 200): RequestListener =>
  (_request, response) =>
    response.writeHead(code, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));

const unknown: [string, RequestListener][] = [
  ['the connection is cut', (_request, response) => response.socket?.resetAndDestroy()],
  ['Lambda fails', answers({ message: 'x' }, { 'x-amzn-errortype': 'ServiceException' }, 500)],
  ['the function failed', answers({ errorMessage: 'x' }, { 'x-amz-function-error': 'Unhandled' })],
  ['another version answers', answers({ action: 'close', outcome: 'strange' })],
  ['the function does not know', answers({ action: 'none', outcome: 'unknown' })],
];
test.each(unknown)('where %s, nobody knows: it says so with the whole command, and asks once', async (_, listener) => {
  const { asked } = await lambda(listener);
  const words =
    /^unknown: run status[\s\S]*\n {2}npm run gate -- status --stage uat --partner acme\n.*request [0-9a-f-]{36}/;
  await expect(close()).rejects.toThrow(words);
  expect(asked()).toBe(1);
});

test('where nobody knows whether an account was erased, it says how to count what is left', async () => {
  await lambda(answers({ action: 'none', outcome: 'unknown' }));
  const account = { companyId: 'CEK1', cardAccountId: 'CA1' };
  await expect(createFunctions(facts).operate<'erase'>({ action: 'erase', ...account })).rejects.toThrow(
    '\n  npm run erase -- --stage uat --company CEK1 --card-account CA1 --dry-run\n',
  );
});

const notRun: [string, RequestListener, RegExp][] = [
  ['is at work for another', answers({}, { 'x-amzn-errortype': 'TooManyRequestsException' }, 429), /somebody else/],
  ['is not deployed', answers({}, { 'x-amzn-errortype': 'ResourceNotFoundException' }, 404), /deploy this version/],
  ['is not allowed', answers({}, { 'x-amzn-errortype': 'AccessDeniedException' }, 403), /OperatorPolicy/],
];
test.each(notRun)('where the function %s, nothing was done, and it says what to do', async (_, listener, words) => {
  const { asked } = await lambda(listener);
  await expect(close()).rejects.toThrow(words);
  await expect(close()).rejects.toThrow('Nothing was done.');
  expect(asked()).toBe(2);
});

test('where nobody listens, nothing was done', async () => {
  process.env.AWS_ENDPOINT_URL_LAMBDA = 'http://127.0.0.1:9';
  await expect(close()).rejects.toThrow('The function operate cannot be reached (ECONNREFUSED). Nothing was done.');
});

test('a look that fails changed nothing', async () => {
  await lambda(answers({ errorMessage: 'x' }, { 'x-amz-function-error': 'Unhandled' }));
  await expect(status()).rejects.toThrow(/inspect did not answer.*Nothing changed/);
});

test('a refusal is told with its reason and the command that says what is wrong', async () => {
  await lambda(answers({ action: 'none', outcome: 'unreadable', reason: 'not-filled' }));
  await expect(close()).rejects.toThrow(
    /waits for the secret, which is not filled \(not-filled\).*\. Nothing changed\.\n.*npm run doctor -- --stage uat/,
  );
});

test("the local stage's Lambda refuses a second request while the function is at work, and an unknown name", async () => {
  const { promise: held, resolve: release } = Promise.withResolvers<void>();
  const handler = async () => {
    await held;
    return { action: 'close', outcome: 'closed' };
  };
  const api = await startLambdaApi({ operate: { handler, timeoutMs: 5_000, atMost: 1 } });
  running.push(api);
  process.env.AWS_ENDPOINT_URL_LAMBDA = api.url;
  const first = close();
  await expect(close()).rejects.toThrow('somebody else');
  release();
  expect(await first).toEqual({ action: 'close', outcome: 'closed' });
  await expect(status()).rejects.toThrow('no function inspect');
});
