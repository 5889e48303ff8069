import { describe, expect, test } from 'vitest';
import { createLog, describeUnexpected } from '../../lib/log.ts';
import { createMetric } from '../../lib/metrics.ts';

describe('createLog', () => {
  test('writes one line of JSON: level, time, event and the fields', () => {
    const lines: string[] = [];
    const log = createLog(
      (line) => lines.push(line),
      () => 0,
    );
    log('warn', 'login', { partner: 'acme', reason: 'a\nb' });
    expect(lines).toHaveLength(1);
    expect(lines[0]).not.toContain('\n');
    expect(JSON.parse(lines[0] ?? '')).toStrictEqual({
      level: 'warn',
      time: '1970-01-01T00:00:00.000Z',
      event: 'login',
      partner: 'acme',
      reason: 'a\nb',
    });
  });
});

describe('describeUnexpected', () => {
  test('gives class and place, never the message, however it is built', () => {
    const errors = [
      new RangeError('canary'),
      new RangeError('canary\n    at canary (canary.ts:1:1)'),
      Object.assign(new RangeError('x', { cause: 'canary' }), { config: 'canary' }),
    ];
    for (const error of errors) {
      const described = describeUnexpected(error);
      expect(described).toMatchObject({ errorName: 'RangeError' });
      expect(JSON.stringify(described)).not.toContain('canary');
    }
    expect(describeUnexpected(new Error('x')).errorAt).toMatch(/^log\.test\.ts:\d+:\d+$/);
  });

  test('names the type of what is no error', () => {
    expect([describeUnexpected('canary'), describeUnexpected(undefined), describeUnexpected(null)]).toStrictEqual([
      { errorName: 'string' },
      { errorName: 'undefined' },
      { errorName: 'object' },
    ]);
  });

  test('does without a place where there is no stack', () => {
    const error = new Error('canary');
    delete error.stack;
    expect(describeUnexpected(error)).toStrictEqual({ errorName: 'Error' });
  });
});

describe('createMetric', () => {
  test("writes CloudWatch's embedded metric format", () => {
    const lines: string[] = [];
    const metric = createMetric(
      (line) => lines.push(line),
      'uat',
      () => 7,
    );
    metric('EnkashMs', 12, { partner: 'acme' }, 'Milliseconds');
    metric('MoneyResidues', 2);
    expect(lines.map((line) => JSON.parse(line))).toStrictEqual([
      {
        _aws: {
          Timestamp: 7,
          CloudWatchMetrics: [
            {
              Namespace: 'EnkashCardAccounts',
              Dimensions: [['stage', 'partner']],
              Metrics: [{ Name: 'EnkashMs', Unit: 'Milliseconds' }],
            },
          ],
        },
        stage: 'uat',
        partner: 'acme',
        EnkashMs: 12,
      },
      {
        _aws: {
          Timestamp: 7,
          CloudWatchMetrics: [
            {
              Namespace: 'EnkashCardAccounts',
              Dimensions: [['stage']],
              Metrics: [{ Name: 'MoneyResidues', Unit: 'Count' }],
            },
          ],
        },
        stage: 'uat',
        MoneyResidues: 2,
      },
    ]);
  });
});
