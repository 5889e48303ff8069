import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  DescribeSecretCommand,
  GetSecretValueCommand,
  PutSecretValueCommand,
  SecretsManagerClient,
  UpdateSecretVersionStageCommand,
} from '@aws-sdk/client-secrets-manager';
import { afterEach, expect, test } from 'vitest';
import { type SecretsManager, type SecretsManagerOptions, startSecretsManager } from '../local/secrets-manager.ts';

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0)) await cleanup();
});

async function start(
  options: SecretsManagerOptions,
): Promise<{ service: SecretsManager; client: SecretsManagerClient }> {
  const service = await startSecretsManager(options);
  const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
  const client = new SecretsManagerClient({ endpoint: service.url, region: 'ap-south-1', credentials, maxAttempts: 1 });
  cleanups.push(service.close, () => client.destroy());
  return { service, client };
}
const read = (client: SecretsManagerClient, input: { VersionId?: string; VersionStage?: string } = {}) =>
  client.send(new GetSecretValueCommand({ SecretId: 'partner', ...input }));

test('answers the current, the previous and any version by its id', async () => {
  const { service, client } = await start({ secrets: { partner: 'one' } });
  const first = await read(client);
  expect(first).toMatchObject({ SecretString: 'one', Name: 'partner', VersionStages: ['AWSCURRENT'] });
  const versionId = service.put('partner', 'two');
  expect(await read(client)).toMatchObject({ SecretString: 'two', VersionId: versionId });
  expect(await read(client, { VersionStage: 'AWSPREVIOUS' })).toMatchObject({ SecretString: 'one' });
  expect(await read(client, { VersionId: `${first.VersionId}` })).toMatchObject({ VersionStages: ['AWSPREVIOUS'] });
  service.put('partner', 'three');
  expect(await read(client, { VersionId: `${first.VersionId}` })).toMatchObject({
    SecretString: 'one',
    VersionStages: [],
  });
  const byArn = await client.send(new GetSecretValueCommand({ SecretId: `${first.ARN}` }));
  expect(byArn.SecretString).toBe('three');
});

test('keeps a pending version aside until its label is moved', async () => {
  const { client } = await start({ secrets: { partner: 'one' } });
  const { VersionId: old } = await read(client);
  const token = 'a'.repeat(32);
  const pending = {
    SecretId: 'partner',
    SecretString: 'two',
    ClientRequestToken: token,
    VersionStages: ['AWSPENDING'],
  };
  await client.send(new PutSecretValueCommand(pending));
  expect(await read(client)).toMatchObject({ SecretString: 'one' });
  expect(await read(client, { VersionStage: 'AWSPENDING' })).toMatchObject({ SecretString: 'two', VersionId: token });
  const move = { SecretId: 'partner', VersionStage: 'AWSCURRENT', MoveToVersionId: token };
  await expect(client.send(new UpdateSecretVersionStageCommand(move))).rejects.toThrow('RemoveFromVersionId');
  await client.send(new UpdateSecretVersionStageCommand({ ...move, RemoveFromVersionId: `${old}` }));
  const { VersionIdsToStages } = await client.send(new DescribeSecretCommand({ SecretId: 'partner' }));
  expect(VersionIdsToStages?.[token]?.toSorted()).toEqual(['AWSCURRENT', 'AWSPENDING']);
  expect(VersionIdsToStages?.[`${old}`]).toEqual(['AWSPREVIOUS']);
});

test('says ResourceNotFoundException for a secret, a label and a version that are not there', async () => {
  const { client } = await start({ secrets: { partner: 'one' } });
  const missing = { name: 'ResourceNotFoundException' };
  await expect(client.send(new GetSecretValueCommand({ SecretId: 'nobody' }))).rejects.toMatchObject(missing);
  await expect(read(client, { VersionStage: 'AWSPREVIOUS' })).rejects.toMatchObject(missing);
  await expect(read(client, { VersionId: 'b'.repeat(32) })).rejects.toMatchObject(missing);
});

test('refuses the same token with another content and takes the same content twice', async () => {
  const { client } = await start({ secrets: { partner: 'one' } });
  const put = (SecretString: string) =>
    client.send(new PutSecretValueCommand({ SecretId: 'partner', SecretString, ClientRequestToken: 'c'.repeat(32) }));
  await put('two');
  await put('two');
  await expect(put('three')).rejects.toMatchObject({ name: 'ResourceExistsException' });
});

test('reads a file on every call and keeps the content before as AWSPREVIOUS', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'secret-'));
  cleanups.push(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'secret.json');
  const { client } = await start({ files: { partner: file } });
  await expect(read(client)).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
  writeFileSync(file, 'one');
  const first = await read(client);
  expect(first.SecretString).toBe('one');
  expect(`${first.VersionId}`.length).toBeGreaterThanOrEqual(32);
  expect((await read(client)).VersionId).toBe(first.VersionId);
  writeFileSync(file, 'two');
  expect(await read(client)).toMatchObject({ SecretString: 'two' });
  expect(await read(client, { VersionStage: 'AWSPREVIOUS' })).toMatchObject({ VersionId: first.VersionId });
  rmSync(file);
  expect(await read(client)).toMatchObject({ SecretString: 'two' });
});

test('can be down, failing or slow', async () => {
  const { service, client } = await start({ secrets: { partner: 'one' } });
  service.setFault({ fail: 'down' });
  await expect(read(client)).rejects.toMatchObject({ code: 'ECONNRESET' });
  service.setFault({ fail: 'error' });
  await expect(read(client)).rejects.toMatchObject({ name: 'InternalServiceError' });
  service.setFault({ delayMs: 60 });
  const began = performance.now();
  await read(client);
  expect(performance.now() - began).toBeGreaterThan(55);
  expect(service.stats()).toEqual({ GetSecretValue: 2 });
});
