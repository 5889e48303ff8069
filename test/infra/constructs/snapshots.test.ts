import { describe, expect, test } from 'vitest';
import { batchSize } from '../../../infra/stage/snapshot-batches.ts';
import { AccountNotFoundError } from '../../../lib/errors.ts';
import { createMemoryTable } from '../../rigs/memory-table.ts';
import { resourcesOf, settingsOf, templateOf } from '../../rigs/synth.ts';
import { createWorker } from '../../rigs/worker.ts';

const settings = settingsOf('live');
const template = templateOf(settings);
const of = (type: string) => resourcesOf(template, type);
const periodSeconds = settings.everyMinutes * 60;

describe('the schedule', () => {
  test('fires planner and reconciler in Asia/Kolkata, with the slot as the scheduled time', () => {
    const slots = of('AWS::Scheduler::Schedule').filter(([id]) => id.startsWith('Snapshots'));
    const fired = slots.map(([, { Properties }]) => Properties);
    expect(fired.map(({ ScheduleExpression }) => ScheduleExpression)).toEqual([
      'cron(0/15 * * * ? *)',
      'cron(6/15 * * * ? *)',
    ]);
    for (const { ScheduleExpressionTimezone, FlexibleTimeWindow, Target } of fired) {
      expect(ScheduleExpressionTimezone).toBe('Asia/Kolkata');
      expect(FlexibleTimeWindow).toEqual({ Mode: 'OFF' });
      expect(JSON.parse(Target.Input)).toEqual({ slot: '<aws.scheduler.scheduled-time>' });
      expect(Target.RetryPolicy.MaximumEventAgeInSeconds).toBeLessThan(periodSeconds);
      expect(Target.DeadLetterConfig.Arn).toBeDefined();
    }
  });

  test('gives every asynchronous invocation retries, an age under the period and a failure destination', () => {
    const configs = of('AWS::Lambda::EventInvokeConfig').filter(([, { Properties }]) => Properties.DestinationConfig);
    expect(configs).toHaveLength(4);
    // Those of the bus have no period: an event is worth telling for the hours that Lambda tries by itself.
    const ages = configs.flatMap(([, { Properties }]) => Properties.MaximumEventAgeInSeconds ?? []);
    expect(ages).toHaveLength(2);
    expect(Math.max(...ages)).toBeLessThan(periodSeconds);
    for (const [, { Properties }] of configs) {
      expect(Properties.MaximumRetryAttempts).toBe(2);
      expect(Properties.DestinationConfig.OnFailure.Destination).toBeDefined();
    }
  });
});

test('the queries in mails about balances find what the worker logs of an account that it could not measure', async () => {
  const { world, take } = createWorker(createMemoryTable());
  world.available = () => {
    throw new AccountNotFoundError();
  };
  await take([{}]);
  const [line] = world.lines.map((text): Record<string, unknown> => JSON.parse(text));
  const mails = of('AWS::CloudWatch::Alarm').map(([, { Properties }]) => String(Properties.AlarmDescription));
  const queries = mails.flatMap((mail) => /Logs Insights: (filter event = "snapshot".*?)\./.exec(mail)?.[1] ?? []);
  expect(queries).toHaveLength(2);
  for (const query of queries) {
    for (const [, field = '', value] of query.matchAll(/(\w+) = "([^"]*)"/g)) expect(line?.[field]).toBe(value);
    expect(query).toContain('outcome');
  }
});

describe('the queue', () => {
  test('gives a message back after six worker time-outs and at last to the dead letters', () => {
    const queues = of('AWS::SQS::Queue').filter(([, { Properties }]) => Properties.RedrivePolicy !== undefined);
    const waits = queues.map(([, { Properties }]) => [
      Properties.VisibilityTimeout,
      Properties.RedrivePolicy.maxReceiveCount,
    ]);
    // Of snapshots; of the jobs to plan, to close what is newest, and the rest; of webhooks.
    expect(waits.slice(0, 4)).toEqual([
      [6 * 20, 10],
      [6 * 30, 20],
      [6 * 120, 20],
      [6 * 120, 20],
    ]);
  });

  test('feeds a bounded number of workers, and takes back single messages', () => {
    const mappings = of('AWS::Lambda::EventSourceMapping').map(([, { Properties }]) => Properties);
    const jobs = mappings.filter(({ BatchSize }) => BatchSize === 1);
    expect(jobs.map(({ ScalingConfig }) => ScalingConfig.MaximumConcurrency).sort()).toEqual([16, 16, 8]);
    expect(mappings.find(({ BatchSize }) => BatchSize === 128)).toMatchObject({
      FunctionResponseTypes: ['ReportBatchItemFailures'],
      ScalingConfig: { MaximumConcurrency: 5 },
      BatchSize: 128,
    });
  });

  test('sizes batches so that a worker can finish one at the slowest partner’s share of the rate', () => {
    expect(batchSize({ lateSeconds: 300, maxConcurrency: 5, perSecond: {} })).toBe(128);
    expect(batchSize({ lateSeconds: 300, maxConcurrency: 5, perSecond: { acme: 10, other: 100 } })).toBe(24);
    expect(batchSize({ lateSeconds: 300, maxConcurrency: 10, perSecond: { acme: 0.1 } })).toBe(1);
  });

  test('is encrypted with our key and takes TLS only, as every queue here', () => {
    const policies = JSON.stringify(of('AWS::SQS::QueuePolicy'));
    for (const [id, { Properties }] of of('AWS::SQS::Queue')) {
      expect(Properties.KmsMasterKeyId).toBeDefined();
      expect(policies).toContain(id);
    }
    expect(policies.match(/aws:SecureTransport/g)).toHaveLength(of('AWS::SQS::Queue').length);
  });
});

describe('balances and their events', () => {
  test('keeps rows until their TTL', () => {
    const table = of('AWS::DynamoDB::Table').find(([, { Properties }]) => Properties.TimeToLiveSpecification);
    expect(table?.[1].Properties.TimeToLiveSpecification).toEqual({ AttributeName: 'expiresAt', Enabled: true });
    expect(table?.[1].Properties.KeySchema).toEqual([
      { AttributeName: 'pk', KeyType: 'HASH' },
      { AttributeName: 'sk', KeyType: 'RANGE' },
    ]);
  });

  test('gives the balances table alone the warm throughput of the settings, and none without them', () => {
    const warmed = (changes: Record<string, unknown>) =>
      Object.fromEntries(
        resourcesOf(templateOf(settingsOf('live', changes)), 'AWS::DynamoDB::Table').map(([id, { Properties }]) => [
          id.startsWith('Snapshots') ? 'balances' : 'gate',
          Properties.WarmThroughput,
        ]),
      );
    expect(warmed({})).toEqual({ balances: undefined, gate: undefined });
    expect(warmed({ warmThroughput: { reads: 12_000, writes: 14_000 } })).toEqual({
      balances: { ReadUnitsPerSecond: 12_000, WriteUnitsPerSecond: 14_000 },
      gate: undefined,
    });
  });

  test('keeps what the encrypted bus could not decrypt in a queue that takes it from the bus', () => {
    const [[busId, bus] = []] = of('AWS::Events::EventBus');
    const [queueId] = bus?.Properties.DeadLetterConfig.Arn['Fn::GetAtt'] ?? [];
    expect(of('AWS::SQS::Queue').map(([id]) => id)).toContain(queueId);
    expect(bus?.Properties.KmsKeyIdentifier).toBeDefined();
    const policy = of('AWS::SQS::QueuePolicy').find(([, { Properties }]) => Properties.Queues[0].Ref === queueId);
    expect(policy?.[1].Properties.PolicyDocument.Statement).toContainEqual({
      Effect: 'Allow',
      Principal: { Service: 'events.amazonaws.com' },
      Action: 'sqs:SendMessage',
      Resource: { 'Fn::GetAtt': [queueId, 'Arn'] },
      Condition: { ArnEquals: { 'aws:SourceArn': { 'Fn::GetAtt': [busId, 'Arn'] } } },
    });
  });

  test('tells every event to the recorder, the mailer and the webhooks, and keeps what one of them does not take', () => {
    const [[, rule] = []] = of('AWS::Events::Rule');
    expect(rule?.Properties.EventPattern).toEqual({
      source: ['enkash-card-accounts'],
      'detail-type': [
        'BalanceLow',
        'BalanceRecovered',
        'BalanceUnknown',
        'BalanceWatchEnded',
        'ReadingsUnavailable',
        'ReadingsRestored',
      ],
    });
    const kept = { DeadLetterConfig: { Arn: expect.anything() } };
    expect(rule?.Properties.Targets).toMatchObject([kept, kept, { ...kept, InputPath: '$.detail' }]);
  });

  test('gives no invocation less than the minute that AWS asks, however short the window', () => {
    const short = templateOf(settingsOf('live', { snapshots: { lateSeconds: 60 } }));
    const ages = [
      ...resourcesOf(short, 'AWS::Lambda::EventInvokeConfig').flatMap(
        (each) => each[1].Properties.MaximumEventAgeInSeconds ?? [],
      ),
      ...resourcesOf(short, 'AWS::Scheduler::Schedule').map(
        (each) => each[1].Properties.Target.RetryPolicy.MaximumEventAgeInSeconds,
      ),
    ];
    // Two of them are the operator's, who is not waited for.
    expect(ages).toHaveLength(7);
    expect(Math.min(...ages)).toBe(60);
  });

  test('tells the partners’ rates to the worker as the settings say', () => {
    const changed = templateOf(settingsOf('live', { everyMinutes: 5, snapshots: { perSecond: { acme: 7 } } }));
    const worker = resourcesOf(changed, 'AWS::Lambda::Function').find(
      ([, { Properties }]) => Properties.Environment.Variables.PARTNER_RATES !== undefined,
    );
    expect(worker?.[1].Properties.Environment.Variables).toMatchObject({
      PARTNER_RATES: '{"acme":7}',
    });
  });
});
