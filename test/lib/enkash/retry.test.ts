import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createRetryBudget, isRepeatable, isStaleSocket } from '../../../lib/enkash/retry.ts';
import type { FailureKind, TransportResult } from '../../../lib/enkash/transport.ts';
import { reply } from '../../rigs/enkash-sample.ts';

const failed = (why: FailureKind, reusedSocket = false): TransportResult => ({
  kind: 'failed',
  sent: true,
  why,
  reusedSocket,
});

describe('isRepeatable', () => {
  test.each([500, 502, 503, 504])('%d may be repeated, but not when it says when to come back', (status) => {
    expect(isRepeatable(reply('', { status }), undefined)).toBe(true);
    expect(isRepeatable(reply('', { status, retryAfter: '1' }), undefined)).toBe(false);
  });
  test.each([200, 302, 400, 401, 403, 404, 409, 422, 429, 501, 505])('%d may not', (status) => {
    expect(isRepeatable(reply('', { status }), undefined)).toBe(false);
  });
  test.each(['dns', 'connect', 'reset'] as const)('a failure %s may be repeated', (why) => {
    expect(isRepeatable(failed(why), why)).toBe(true);
  });
  test.each(['timeout', 'tls', 'local', 'silent'] as const)('a failure %s may not', (why) => {
    expect(isRepeatable(failed(why), why)).toBe(false);
  });
  test('an answer of something that is not the API may be repeated', () => {
    expect(isRepeatable(reply('<html>', { status: 404 }), 'not-the-api')).toBe(true);
  });
  test('a reply that was cut off may not', () => {
    expect(isRepeatable({ kind: 'bad-body', status: 503 }, undefined)).toBe(false);
  });
});

describe('isStaleSocket', () => {
  test('is a reset of a socket that was used before, and nothing else', () => {
    expect(isStaleSocket(failed('reset', true))).toBe(true);
    expect(isStaleSocket(failed('reset', false))).toBe(false);
    expect(isStaleSocket(failed('timeout', true))).toBe(false);
    expect(isStaleSocket({ kind: 'bad-body', status: 200 })).toBe(false);
    expect(isStaleSocket(reply('', { status: 500 }))).toBe(false);
  });
});

describe('createRetryBudget', () => {
  test('the first call has a repeat, then ten calls must earn the next', () => {
    const budget = createRetryBudget();
    budget.earn();
    expect([budget.spend(), budget.spend()]).toStrictEqual([true, false]);
    for (let call = 0; call < 9; call += 1) budget.earn();
    expect(budget.spend()).toBe(false);
    budget.earn();
    budget.earn();
    expect(budget.spend()).toBe(true);
  });

  test('a long good time saves ten repeats, no more', () => {
    const budget = createRetryBudget();
    for (let call = 0; call < 10_000; call += 1) budget.earn();
    let repeats = 0;
    while (budget.spend()) repeats += 1;
    expect(repeats).toBe(10);
  });

  test('in any order of calls and failures, repeats are at most a tenth of the calls, rounded up', () => {
    fc.assert(
      fc.property(fc.array(fc.boolean(), { maxLength: 500 }), (failures) => {
        const budget = createRetryBudget();
        let repeats = 0;
        for (const failed of failures) {
          budget.earn();
          if (failed && budget.spend()) repeats += 1;
        }
        expect(repeats).toBeLessThanOrEqual(Math.ceil(failures.length / 10));
      }),
    );
  });
});
