import { describe, expect, test } from 'vitest';
import type { AskAws } from '../../../../infra/commands/shared/aws-cli.ts';
import { addSecret, retireSecret } from '../../../../infra/commands/shared/caller-secrets.ts';

const client = { poolId: 'ap-south-1_pool', clientId: 'client' };

/** Cognito's two operations on secrets, by the AWS CLI: at most two a client, values shown once. */
function cognito(...dates: (string | number)[]) {
  const secrets = dates.map((date, index) => ({ ClientSecretId: `id-${index}`, ClientSecretCreateDate: date }));
  const asked: string[][] = [];
  const ask: AskAws = async (...args) => {
    asked.push(args);
    const [, operation] = args;
    if (operation === 'list-user-pool-client-secrets') return { ClientSecrets: secrets };
    if (operation === 'add-user-pool-client-secret') return { ClientSecretDescriptor: { ClientSecretValue: 'new' } };
    return undefined;
  };
  return { ask, operations: () => asked.map(([, operation]) => operation), asked };
}

describe('npm run callers', () => {
  test('rotate adds a second secret and shows it once', async () => {
    const { ask } = cognito('2026-01-01T00:00:00Z');
    expect((await addSecret(client, ask)).join('\n')).toMatch(
      /clientId {6}client\nclientSecret {2}new\n.*older secret is valid/,
    );
  });

  test('rotate changes nothing where two are there', async () => {
    const { ask, operations } = cognito('2026-01-01T00:00:00Z', '2026-02-01T00:00:00Z');
    await expect(addSecret(client, ask)).rejects.toThrow('has two secrets already. Nothing changed');
    expect(operations()).toEqual(['list-user-pool-client-secrets']);
  });

  test.each([
    ['texts', ['2026-02-01T00:00:00Z', '2026-01-01T00:00:00+05:30']],
    ['epoch seconds', [1_770_000_000, 1_760_000_000.5]],
  ])('retire deletes the older of two, whose dates are %s', async (_form, dates) => {
    const { ask, asked } = cognito(...dates);
    await retireSecret(client, ask);
    expect(asked.at(-1)).toEqual([
      ...['cognito-idp', 'delete-user-pool-client-secret', '--user-pool-id', 'ap-south-1_pool'],
      ...['--client-id', 'client', '--client-secret-id', 'id-1'],
    ]);
  });

  test('retire never deletes the last one', async () => {
    const { ask, operations } = cognito('2026-01-01T00:00:00Z');
    await expect(retireSecret(client, ask)).rejects.toThrow('one secret alone. Nothing changed');
    expect(operations()).toEqual(['list-user-pool-client-secrets']);
  });
});
