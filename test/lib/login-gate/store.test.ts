import { ConditionalCheckFailedException, GetItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { expect, test } from 'vitest';
import { versionOf } from '../../../lib/login-gate/content.ts';
import { type GateItem, READER } from '../../../lib/login-gate/item.ts';
import { createLoginGateStore, GateItemError } from '../../../lib/login-gate/store.ts';
import { claim, count, open } from '../../../lib/login-gate/transitions.ts';
import { credentialsOf } from '../../rigs/login-gate-setup.ts';

const item: GateItem = {
  ...count(claim(open(undefined, 'id', false), 'p1', 1), 'p1', 'acme', versionOf(credentialsOf('v1')), 1.5),
  rev: 3,
  proven: ['c'],
  lastLogin: { at: 1, partner: 'acme', versionId: 'v0', outcome: 'possible', evidence: '502 html' },
  control: { tries: 1, at: 5 },
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
  expect(await reader.store.read('id')).toEqual({ ...item, table: 'gate' });
  const [command] = reader.sent;
  expect(command).toBeInstanceOf(GetItemCommand);
  expect((command as GetItemCommand).input).toEqual({
    TableName: 'gate',
    Key: { partner: { S: 'login#id' } },
    ConsistentRead: true,
  });
});

test('finds nothing for a login that was never opened', async () => {
  expect(await clientOf({}).store.read('id')).toBeUndefined();
});

test('writes only over the revision that was seen', async () => {
  const { sent, store } = clientOf({});
  expect(await store.replace(item, 2)).toBe(true);
  expect(written(sent)).toMatchObject({
    ConditionExpression: 'rev = :seen',
    ExpressionAttributeValues: { ':seen': { N: '2' } },
    Item: { partner: { S: 'login#id' }, rev: { N: '3' } },
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
    .store.read('id')
    .catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(GateItemError);
  expect((error as GateItemError).message).toBe('The login gate item cannot be read');
});

test('a field that another release wrote stays in the item through every write of this one', async () => {
  const newer = { ...item, table: 'gate', guard: { strict: true }, lease: { ...item.lease, route: 'b' } };
  const reader = clientOf({ Item: { rev: { N: '3' }, state: { S: JSON.stringify(newer) } } }, {});
  const read = await reader.store.read('id');
  if (!read) throw new Error('no item');
  await reader.store.replace({ ...read, rev: 4 }, 3);
  const [, command] = reader.sent;
  const text = (command as PutItemCommand).input.Item?.state?.S ?? '';
  expect(JSON.parse(text)).toMatchObject({ guard: { strict: true }, lease: { route: 'b' } });
});

test.each([
  ['of another name, as a restored table has', 'gate-of-june'],
  ['that does not say its name', undefined],
])("an item that was written in a table %s is closed, and its login is nobody's", async (_, table) => {
  const Item = { rev: { N: '3' }, state: { S: JSON.stringify({ ...item, table }) } };
  expect(item).toMatchObject({ opened: true, lease: {} });
  expect(await clientOf({ Item }).store.read('id')).toMatchObject({
    opened: false,
    lease: undefined,
    failures: item.failures,
  });
});

test('an item for later readers is refused, one for this reader is read', async () => {
  const rowFor = (minReader: number) => ({
    Item: { rev: { N: '3' }, state: { S: JSON.stringify({ ...item, minReader }) } },
  });
  expect(await clientOf(rowFor(READER)).store.read('id')).toMatchObject({ rev: 3 });
  await expect(clientOf(rowFor(READER + 1)).store.read('id')).rejects.toThrow(GateItemError);
});

test('a token has a row of its own, which an older login never overwrites', async () => {
  const row = { loginId: 'id', fence: 7, id: 'fingerprint', sealed: 'sealed' };
  const writer = clientOf({});
  expect(await writer.store.writeToken(row)).toBe(true);
  expect(written(writer.sent)).toMatchObject({
    Item: { partner: { S: 'token#id' }, fence: { N: '7' } },
    ConditionExpression: 'attribute_not_exists(partner) OR fence <= :fence',
    ExpressionAttributeValues: { ':fence': { N: '7' } },
  });
  expect(await clientOf({ Item: written(writer.sent).Item }).store.readToken('id')).toEqual(row);
  expect(await clientOf({}).store.readToken('id')).toBeUndefined();
  const lost = new ConditionalCheckFailedException({ message: 'no', $metadata: {} });
  expect(await clientOf(lost).store.writeToken(row)).toBe(false);
});

test("a partner's pointer names its last login", async () => {
  const pointer = { partner: 'acme', loginId: 'id', at: 5 };
  const writer = clientOf({});
  await writer.store.writePointer(pointer);
  expect(written(writer.sent)).toMatchObject({ Item: { partner: { S: 'partner#acme' } } });
  expect(await clientOf({ Item: written(writer.sent).Item }).store.readPointer('acme')).toEqual(pointer);
  expect(await clientOf({}).store.readPointer('acme')).toBeUndefined();
});
