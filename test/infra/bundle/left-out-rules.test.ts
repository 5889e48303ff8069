import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { build } from 'esbuild';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Patch, patches } from '../../../infra/bundle/left-out-rules.ts';

const path = 'node_modules/@aws-sdk/client-dynamodb/dist-es/schemas/schemas_0.js';
const putOf = ({ put }: Patch) => (put === 'nothing' ? () => undefined : put);
const patch = patches.filter(({ module }) => module.test(path)).map(putOf)[0];

const entry = `
import { ConditionalCheckFailedException, DynamoDBClient, DynamoDBServiceException, PutItemCommand } from '@aws-sdk/client-dynamodb';
export async function failWith(endpoint) {
  const credentials = { accessKeyId: 'id', secretAccessKey: 'secret' };
  const client = new DynamoDBClient({ region: 'ap-south-1', endpoint, credentials, maxAttempts: 1 });
  const error = await client.send(new PutItemCommand({ TableName: 't', Item: { pk: { S: 'a' } } })).catch((e) => e);
  return {
    name: error.name,
    message: error.message,
    conditional: error instanceof ConditionalCheckFailedException,
    service: error instanceof DynamoDBServiceException,
    status: error.$metadata.httpStatusCode,
  };
}
`;

type Bundled = { readonly failWith: (endpoint: string) => Promise<object> };
let bundled: Bundled;
let failure = '';
const server = createServer((_, response) => {
  response.writeHead(400, { 'content-type': 'application/x-amz-json-1.0' });
  response.end(JSON.stringify({ __type: `com.amazonaws.dynamodb.v20120810#${failure}`, message: 'as DynamoDB says' }));
});

beforeAll(async () => {
  const { outputFiles } = await build({
    stdin: { contents: entry, resolveDir: process.cwd() },
    bundle: true,
    write: false,
    minify: true,
    format: 'esm',
    platform: 'node',
    conditions: ['module', 'node', 'import'],
    mainFields: ['module', 'main'],
    banner: { js: "import { createRequire } from 'node:module'; const require = createRequire('file:///');" },
    plugins: [
      {
        name: 'patched',
        setup: ({ onLoad }) =>
          onLoad({ filter: /client-dynamodb\/dist-es\/schemas\/schemas_0\.js$/ }, async ({ path }) => ({
            contents: patch?.(await readFile(path, 'utf8')) ?? 'unpatched',
          })),
      },
    ],
  });
  const code = outputFiles[0]?.text ?? '';
  expect(code).not.toContain('BackupInUseException');
  bundled = await import(`data:text/javascript;base64,${Buffer.from(code).toString('base64')}`);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});
afterAll(() => void server.close());

const failWith = (name: string) => {
  failure = name;
  const { port }: AddressInfo = Object(server.address());
  return bundled.failWith(`http://127.0.0.1:${port}`);
};

describe('the rule that leaves out the errors of a client', () => {
  test('keeps the error that our stores tell from others', async () => {
    expect(await failWith('ConditionalCheckFailedException')).toStrictEqual({
      name: 'ConditionalCheckFailedException',
      message: 'as DynamoDB says',
      conditional: true,
      service: true,
      status: 400,
    });
  });

  test("lets every other error arrive as the service's own, with its name", async () => {
    expect(await failWith('BackupInUseException')).toMatchObject({
      name: 'BackupInUseException',
      conditional: false,
      service: true,
      status: 400,
    });
  });

  test('refuses a source in which an error that it keeps is not found', () => {
    expect(patch?.('export const nothing = 1;')).toBeUndefined();
  });
});
