import { ConditionalCheckFailedException, GetItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { expect, test } from 'vitest';
import type { GateItem } from '../../../lib/login-gate/item.ts';
import { emptyItem } from '../../../lib/login-gate/rules.ts';
import { createLoginGateStore, GateItemError } from '../../../lib/login-gate/store.ts';

const item: GateItem = {
  ...emptyItem('acme'),
  rev: 3,
  failures: 1,
  fence: 2,
  lease: { owner: 'p1', fence: 2, since: 1, until: 71_000.5, versionId: 'v1', allowed: false },
  proven: ['v0'],
  refused: [{ versionId: 'v1', times: 1, standing: true }],
};

/** A client that records commands and answers in turn. */
function clientOf(...answers: unknown[]) {
  const sent: unknown[] = [];
  const send = async (command: unknown) => {
    sent.push(command);
    const answer = answers.shift();
    if (answer instanceof Error) throw answer;
    return answer;
  };
  return { sent, store: createLoginGateStore({ send } as never, 'gate') };
}

function written(sent: unknown[]): PutItemCommand['input'] {
  const [command] = sent;
  if (!(command instanceof PutItemCommand)) throw new Error('not a PutItem');
  return command.input;
}

test('reads strongly consistently what it wrote', async () => {
  const writer = clientOf({});
  await writer.store.replace(item, 2);
  const reader = clientOf({ Item: written(writer.sent).Item });
  expect(await reader.store.read('acme')).toEqual(item);
  const [command] = reader.sent;
  expect(command).toBeInstanceOf(GetItemCommand);
  expect((command as GetItemCommand).input).toEqual({
    TableName: 'gate',
    Key: { partner: { S: 'acme' } },
    ConsistentRead: true,
  });
});

test('finds nothing for a partner that never logged in', async () => {
  expect(await clientOf({}).store.read('acme')).toBeUndefined();
});

test('writes only over the revision that was seen', async () => {
  const { sent, store } = clientOf({});
  expect(await store.replace(item, 2)).toBe(true);
  expect(written(sent)).toMatchObject({
    ConditionExpression: 'rev = :seen',
    ExpressionAttributeValues: { ':seen': { N: '2' } },
    Item: { partner: { S: 'acme' }, rev: { N: '3' } },
  });
});

test('writes the first item only where there is none', async () => {
  const { sent, store } = clientOf({});
  await store.replace({ ...item, rev: 1 }, 0);
  expect(written(sent).ConditionExpression).toBe('attribute_not_exists(partner)');
});

test('tells a lost race from a write that nobody knows about', async () => {
  const lost = new ConditionalCheckFailedException({ message: 'no', $metadata: {} });
  expect(await clientOf(lost).store.replace(item, 2)).toBe(false);
  await expect(clientOf(new Error('time-out')).store.replace(item, 2)).rejects.toThrow('time-out');
});

test.each([
  ['no state', { partner: { S: 'acme' }, rev: { N: '1' } }],
  ['a state that is not JSON', { partner: { S: 'acme' }, rev: { N: '1' }, state: { S: '{' } }],
  ['a state that is not an object', { partner: { S: 'acme' }, rev: { N: '1' }, state: { S: 'null' } }],
  ['a count that is missing', { partner: { S: 'acme' }, rev: { N: '1' }, state: { S: '{"fence":1}' } }],
  ['no revision', { partner: { S: 'acme' }, state: { S: JSON.stringify({ ...item, rev: undefined }) } }],
])('refuses an item with %s, and quotes nothing of it', async (_, Item) => {
  const error = await clientOf({ Item })
    .store.read('acme')
    .catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(GateItemError);
  expect((error as GateItemError).message).toBe('The login gate item cannot be read');
});
