import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { checkVersion } from '../../../infra/commands/shared/check-version.ts';
import { withCommit } from '../../../infra/stage/commit.ts';
import { openApiDocument } from '../../../lib/api/openapi.ts';
import { type OperatedStage, startOperatedStage } from '../../rigs/operator.ts';

const commit = '0123456789abcdef0123456789abcdef01234567';

async function versionAt(status: number, body: unknown, wanted: string | undefined = commit) {
  const server = createServer((_request, response) => {
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  try {
    return await checkVersion({ url: `http://127.0.0.1:${port}/`, mutualTls: false, commit: wanted });
  } finally {
    server.close();
  }
}

describe('the deployed commit', () => {
  test('is in the version of the OpenAPI document, as the app writes it', async () => {
    const document = withCommit(openApiDocument(), commit.slice(0, 12));
    expect(document).toMatchObject({ info: { version: '1.0.0+0123456789ab' } });
    expect(await versionAt(200, document)).toMatchObject({ result: 'ok' });
    expect(await versionAt(200, document, commit.slice(0, 7))).toMatchObject({ result: 'ok' });
  });

  test.each<[string, number, unknown, RegExp]>([
    ['another one', 200, withCommit(openApiDocument(), 'ffffffffffff'), /0123456789ab is wanted/],
    ['none', 200, openApiDocument(), /names no commit/],
    ['a bundle that crashes at its start', 502, { message: 'Internal server error' }, /502 and no OpenAPI document/],
    ['a page', 200, 'hello', /200 and no OpenAPI document/],
  ])('is wrong where the stage answers with %s', async (_what, status, body, words) => {
    expect(await versionAt(status, body)).toMatchObject({ result: 'wrong', words: expect.stringMatching(words) });
  });

  test('is wrong where nothing answers, and not judged where none is wanted', async () => {
    const nobody = { url: 'http://127.0.0.1:1', mutualTls: false, commit };
    expect(await checkVersion(nobody)).toMatchObject({ result: 'wrong', words: 'the stage cannot be reached' });
    expect(await checkVersion({ ...nobody, mutualTls: true })).toMatchObject({ result: 'skipped' });
  });
});

describe('npm run smoke', () => {
  let operated: OperatedStage;
  beforeEach(async () => {
    operated = await startOperatedStage();
  });
  afterEach(() => operated.close());

  test('reads one account as a caller, and wants the commit of the code', async () => {
    const { code, output } = await operated.run('smoke', '--commit', commit);
    expect(output).toMatch(/wrong {3}deployed commit: version 1\.0\.0 names no commit/);
    expect(output).toMatch(/ok {6}one read over HTTPS: 200 in \d+ ms/);
    expect(code).toBe(1);
    const json = await operated.run('smoke', '--commit', commit, '--json');
    expect(JSON.parse(json.output)).toMatchObject([
      { result: 'wrong' },
      { check: 'one read over HTTPS', result: 'ok' },
    ]);
  });

  test('waits for a secret that still holds its placeholder, and for nothing else', async () => {
    operated.stage.aws.secretsManager?.put('enkash/local-partner', '{"placeholder":"not-filled"}');
    expect((await operated.run('smoke')).output).toMatch(/ok {6}one read over HTTPS: .*still holds its placeholder/);
    operated.stage.aws.secretsManager?.put('enkash/local-partner', '{"partnerId":"half"}');
    expect((await operated.run('smoke')).output).toMatch(/wrong {3}one read over HTTPS: 503 CREDENTIALS_UNAVAILABLE/);
  });
});
