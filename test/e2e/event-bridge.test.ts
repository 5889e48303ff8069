import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { afterEach, expect, test } from 'vitest';
import { type BusEvent, type EventBridge, startEventBridge } from '../local/event-bridge.ts';

let bridge: EventBridge | undefined;
afterEach(async () => bridge?.close());

async function start(onEvent?: (event: BusEvent) => void) {
  const service = await startEventBridge(onEvent);
  bridge = service;
  const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
  const client = new EventBridgeClient({ endpoint: service.url, region: 'ap-south-1', credentials, maxAttempts: 1 });
  const put = (...details: string[]) =>
    client.send(
      new PutEventsCommand({
        Entries: details.map((Detail) => ({
          Source: 'card-accounts',
          DetailType: 'BalanceLow',
          Detail,
          EventBusName: 'bus',
        })),
      }),
    );
  return { service, put };
}

test('records entries and tells the rule about them', async () => {
  const told: string[] = [];
  const { service, put } = await start(({ detailType }) => told.push(detailType));
  const { FailedEntryCount, Entries } = await put('{"a":1}', '{"a":2}');
  expect([FailedEntryCount, Entries?.length]).toEqual([0, 2]);
  expect(service.events.map(({ detail, bus }) => [detail, bus])).toEqual([
    [{ a: 1 }, 'bus'],
    [{ a: 2 }, 'bus'],
  ]);
  expect(told).toEqual(['BalanceLow', 'BalanceLow']);
});

test('refuses some entries inside a success, as EventBridge does', async () => {
  const { service, put } = await start();
  service.refuseNext(1);
  const { FailedEntryCount, Entries } = await put('{"a":1}', '{"a":2}', 'not JSON');
  expect(FailedEntryCount).toBe(2);
  expect(Entries?.map(({ ErrorCode }) => ErrorCode)).toEqual(['InternalFailure', undefined, 'MalformedDetail']);
  expect(service.events).toHaveLength(1);
});

test('fails as a whole', async () => {
  const { service, put } = await start();
  service.setFault({ fail: 'down' });
  await expect(put('{}')).rejects.toMatchObject({ code: 'ECONNRESET' });
  service.setFault({ fail: 'error' });
  await expect(put('{}')).rejects.toThrow();
  expect(service.events).toHaveLength(0);
});
