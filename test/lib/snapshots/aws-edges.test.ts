import { once } from 'node:events';
import { createServer } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { createHandler as createPlan } from '../../../functions/plan-snapshots.ts';
import { createHandler as createTake } from '../../../functions/take-snapshot.ts';
import { createPublish } from '../../../lib/alerts/bus.ts';
import { balanceEvent } from '../../../lib/alerts/events.ts';
import { publishedEventSchema } from '../../../lib/alerts/published.ts';
import { livePlanDeps } from '../../../lib/live/functions.ts';
import type { PlanDeps } from '../../../lib/snapshots/plan-slot.ts';
import { createSend } from '../../../lib/snapshots/snapshot-queue.ts';
import { createMemoryTable } from '../../rigs/memory-table.ts';
import { account, midnight, rule } from '../../rigs/samples.ts';
import { createWorker } from '../../rigs/worker.ts';

type Batch = { input: { Entries: { Id: string; MessageGroupId: string; MessageBody: string }[] } };
const noSleep = async () => {};
const messages = Array.from({ length: 10 }, (_, index) => ({ partner: 'acme', body: `body-${index}` }));
const context = { getRemainingTimeInMillis: () => 30_000 };

afterEach(() => vi.unstubAllEnvs());

describe('sending to the queue', () => {
  test('goes to the endpoint that the environment names, whatever host an emulator gives the queue’s URL', async () => {
    const asked: (string | undefined)[] = [];
    const server = createServer((request, response) => {
      asked.push(`${request.headers['x-amz-target']}`);
      response.setHeader('content-type', 'application/x-amz-json-1.0').end('{"Successful":[]}');
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as { port: number };
    const aws = { AWS_REGION: 'ap-south-1', AWS_ACCESS_KEY_ID: 'test', AWS_SECRET_ACCESS_KEY: 'test' };
    vi.stubEnv('AWS_ENDPOINT_URL', `http://127.0.0.1:${port}`);
    const table = { BALANCES_TABLE: 'balances', SNAPSHOT_EVERY_SECONDS: '900', SNAPSHOT_LATE_SECONDS: '300' };
    const env = {
      ...aws,
      ...table,
      STAGE: 'dev',
      SNAPSHOT_QUEUE_URL: 'https://queue.invalid/1/snapshots',
      PLAN_JOBS_URL: 'https://queue.invalid/1/p',
    };
    await livePlanDeps({ env, grants: {} }).send(messages);
    expect(asked).toEqual(['AmazonSQS.SendMessageBatch']);
    server.close();
    server.closeAllConnections();
  });

  test('groups by partner, and sends again only what SQS did not take', async () => {
    const sent: string[][] = [];
    const client = {
      send: async ({ input }: Batch) => {
        sent.push(input.Entries.map(({ MessageBody }) => MessageBody));
        expect(new Set(input.Entries.map(({ MessageGroupId }) => MessageGroupId))).toEqual(new Set(['acme']));
        return sent.length < 3 ? { Failed: input.Entries.filter(({ Id }) => Number(Id) % 4 === 0) } : {};
      },
    } as never;
    await createSend(client, 'https://queue.example', noSleep)(messages);
    expect(sent.map(({ length }) => length)).toEqual([10, 3, 3]);
  });

  test('fails, so that the planner is tried again, when SQS keeps refusing', async () => {
    const client = { send: async ({ input }: Batch) => ({ Failed: input.Entries }) } as never;
    await expect(createSend(client, 'https://queue.example', noSleep)(messages)).rejects.toThrow('unsent');
  });
});

const titlesOf = async () => ({ companyName: 'Test Rewards', accountTitle: 'Reward' });

describe('publishing to the bus', () => {
  const event = balanceEvent(
    { account, edition: midnight, named: { name: 'float', rule } },
    {
      type: 'BalanceLow',
      slot: midnight,
      value: 1,
      observedAt: midnight,
      lastMeasuredSlot: midnight,
    },
  );

  test('names source and type, and takes an answer of 200 with a failed entry for the failure it is', async () => {
    const entries: object[] = [];
    const send = async ({ input }: { input: { Entries: object[] } }) => {
      entries.push(...input.Entries);
      return { FailedEntryCount: entries.length > 1 ? 1 : 0 };
    };
    const publish = createPublish({ client: { send } as never, busName: 'bus', titlesOf });
    await publish(event);
    expect(entries[0]).toMatchObject({ EventBusName: 'bus', Source: 'enkash-card-accounts', DetailType: 'BalanceLow' });
    await expect(publish(event)).rejects.toThrow('untaken');
  });

  test('tells what everybody gets: type, instant, every field, and words for people', async () => {
    const details: unknown[] = [];
    const send = async ({ input }: { input: { Entries: { Detail: string }[] } }) => {
      details.push(...input.Entries.map(({ Detail }) => publishedEventSchema.parse(JSON.parse(Detail))));
      return {};
    };
    const { type: _, ...data } = event;
    await createPublish({ client: { send } as never, busName: 'bus', titlesOf })(event);
    const body = { type: 'balance.low', timestamp: event.slot, data };
    expect(details[0]).toMatchObject(body);
    expect(details[0]).toMatchObject({ data: { title: 'Low balance: Test Rewards - Reward, INR 0.01' } });

    const unnamed = async () => Promise.reject(new Error('the table is down'));
    await createPublish({ client: { send } as never, busName: 'bus', titlesOf: unnamed })(event);
    expect(details[1]).toMatchObject({ ...body, data: { title: expect.stringContaining(account.cardAccountId) } });
  });

  test('lets no undeclared field out', async () => {
    const publish = createPublish({ client: { send: async () => ({}) } as never, busName: 'bus', titlesOf });
    await expect(publish({ ...event, companyName: 'x' } as never)).rejects.toThrow();
  });
});

describe('the scheduled functions', () => {
  test('answer SQS with the ids that must come back', async () => {
    const { deps } = createWorker(createMemoryTable());
    const handler = createTake(deps);
    const record = { messageId: 'm-1', body: '{}', receiptHandle: 'x' };
    expect(await handler({ Records: [record] }, context)).toEqual({ batchItemFailures: [{ itemIdentifier: 'm-1' }] });
  });

  test('return the whole batch by failing when the table is down, and say nothing but their name', async () => {
    const { deps, world } = createWorker(createMemoryTable());
    const readRows = async () => {
      throw new Error('secret in a message');
    };
    await expect(createTake({ ...deps, readRows })({ Records: [] }, context)).rejects.toThrow(/^take failed$/);
    expect(world.lines.join()).not.toContain('secret');
  });

  test.each([{}, { slot: 'now' }, { slot: '<aws.scheduler.scheduled-time>' }, null])(
    'refuse the event %j',
    async (event) => {
      const deps = { log: () => {} } as unknown as PlanDeps;
      await expect(createPlan(deps)(event, context)).rejects.toThrow('plan: unreadable event');
      await sleep(0);
    },
  );
});
