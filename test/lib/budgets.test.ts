import { describe, expect, test } from 'vitest';
import { functionTable } from '../../infra/stage/function-table.ts';
import { jobQueues, retrySeconds } from '../../infra/stage/snapshot-batches.ts';
import * as budgets from '../../lib/budgets.ts';

/** Each limit with the one that must end later. */
const nested: readonly (readonly [inner: keyof typeof numbers, outer: keyof typeof numbers])[] = [
  ['CONNECT_MS', 'CALL_MS'],
  ['CALL_MS', 'ANSWER_MS'],
  ['SILENT_SOCKET_MS', 'CALL_MS'],
  ['ANSWER_MS', 'LAMBDA_MS'],
  ['LAMBDA_MS', 'GATEWAY_MS'],
  ['CONNECT_MS', 'LOGIN_MS'],
  ['LOGIN_MS', 'LOGIN_NEEDS_MS'],
  ['LOGIN_SPACING_MS', 'TRIAL_WAIT_MS'],
  ['COUNT_WITHIN_MS', 'CLAIM_MS'],
  ['CLAIM_MS', 'LEASE_MS'],
  ['TOKEN_ASK_AGAIN_MS', 'TOKEN_FRESH_MS'],
  ['TOKEN_FRESH_MS', 'TOKEN_DOUBT_MS'],
  ['TOKEN_AGAIN_MS', 'LOGIN_SPACING_MS'],
  ['TOKEN_FRESH_MS', 'TOKEN_LIFE_CAP_MS'],
  ['LOGIN_SECRET_MS', 'SECRET_FRESH_MS'],
  ['SECRET_FRESH_MS', 'SECRET_STALE_MS'],
  ['TABLE_PATIENCE_MS', 'ANSWER_MS'],
  ['SNAPSHOT_WRITE_MS', 'SNAPSHOT_NEEDS_MS'],
  ['SNAPSHOT_NEEDS_MS', 'WORKER_LAMBDA_MS'],
  ['SCHEDULER_SKEW_MS', 'RECONCILE_GRACE_MS'],
  ['JOB_KEEP_MS', 'JOB_CLAIM_MS'],
  ['PLAN_LAMBDA_MS', 'RECONCILE_LAMBDA_MS'],
  ['WEBHOOK_MS', 'DELIVER_LAMBDA_MS'],
  ['TRIAL_WAIT_MS', 'OPERATE_LAMBDA_MS'],
  ['ERASE_RESERVE_MS', 'OPERATE_LAMBDA_MS'],
];
const { REQUEST_SDK, JOB_SDK, WEBHOOK_RETRY_SECONDS, CONTROL_PAUSES_MS, ...numbers } = budgets;

describe('the budgets of time', () => {
  test.each(nested)('%s ends before %s', (inner, outer) => {
    expect(numbers[inner]).toBeLessThan(numbers[outer]);
  });

  test('are as the architecture says: connect 1 s, call 3 s, login 4 s, answer 9 s, function 15 s, gateway 29 s', () => {
    const { CONNECT_MS, CALL_MS, LOGIN_MS, ANSWER_MS, LAMBDA_MS, GATEWAY_MS } = numbers;
    expect([CONNECT_MS, CALL_MS, LOGIN_MS, ANSWER_MS, LAMBDA_MS, GATEWAY_MS]).toStrictEqual([
      1_000, 3_000, 4_000, 9_000, 15_000, 29_000,
    ]);
  });

  test('leave a lease alone until its login has ended and is stored, by clocks 30 s off in opposite directions', () => {
    const { LEASE_MS, SEND_WITHIN_MS, LOGIN_MS } = numbers;
    expect(LEASE_MS).toBe(SEND_WITHIN_MS + LOGIN_MS + REQUEST_SDK.attempts * REQUEST_SDK.callMs + 2 * 30_000);
  });

  test('let a login and the call that it is for fit into one answer, whoever logs in', () => {
    const { LOGIN_NEEDS_MS, LOGIN_WAIT_MS, CALL_MS, ANSWER_MS } = numbers;
    expect(LOGIN_NEEDS_MS + CALL_MS).toBeLessThan(ANSWER_MS);
    expect(LOGIN_WAIT_MS + CALL_MS).toBeLessThan(ANSWER_MS);
  });

  test('let a read be repeated once, and fall back to a stored row, within one answer', () => {
    const { CALL_MS, RETRY_DELAY_MS, FALLBACK_MS, ANSWER_MS } = numbers;
    expect(2 * CALL_MS + 2 * RETRY_DELAY_MS + FALLBACK_MS).toBeLessThan(ANSWER_MS);
  });

  test('let logins resume within 25 s of the token host being well', () => {
    const { MAX_BACK_OFF_MS, LOGIN_MS, CONTROL_ANSWERS, CONTROL_AGAIN_MS } = numbers;
    const answersMs = (CONTROL_ANSWERS - 1) * CONTROL_AGAIN_MS;
    expect(Math.max(MAX_BACK_OFF_MS, Math.max(...CONTROL_PAUSES_MS) + answersMs) + LOGIN_MS).toBeLessThanOrEqual(
      25_000,
    );
  });

  test('try a webhook for nearly a day, and never wait longer than a message of SQS may be hidden', () => {
    const hours = WEBHOOK_RETRY_SECONDS.reduce((sum, seconds) => sum + seconds, 0) / 3600;
    expect(hours).toBeGreaterThan(23);
    expect(hours).toBeLessThan(24);
    expect(Math.max(...WEBHOOK_RETRY_SECONDS)).toBeLessThanOrEqual(12 * 3600);
  });

  test('let the operator wait for a turn, log in and hear the answer within one invocation', () => {
    const { TRIAL_WAIT_MS, ANSWER_MS, OPERATE_LAMBDA_MS } = numbers;
    const around = 2 * JOB_SDK.attempts * JOB_SDK.callMs;
    expect(TRIAL_WAIT_MS + ANSWER_MS + around).toBeLessThanOrEqual(OPERATE_LAMBDA_MS);
  });

  test('are whole milliseconds above nothing', () => {
    for (const ms of [...Object.values(numbers), ...Object.values(REQUEST_SDK), ...Object.values(JOB_SDK)]) {
      expect(Number.isSafeInteger(ms) && ms > 0).toBe(true);
    }
  });

  test('give every function its time from the table, and the queue longer than its worker', () => {
    const of = (trigger: string) =>
      new Set(functionTable.filter((spec) => spec.trigger === trigger).map(({ timeoutMs }) => timeoutMs));
    expect(of('gateway')).toStrictEqual(new Set([undefined]));
    expect(of('queue')).toStrictEqual(new Set([numbers.WORKER_LAMBDA_MS]));
    expect(of('schedule')).toStrictEqual(new Set([numbers.PLAN_LAMBDA_MS, numbers.RECONCILE_LAMBDA_MS]));
    const { plan, close, backlog } = jobQueues;
    expect(plan.visibilitySeconds * 1000).toBeGreaterThanOrEqual(6 * numbers.PLAN_LAMBDA_MS);
    for (const { visibilitySeconds } of [close, backlog])
      expect(visibilitySeconds * 1000).toBeGreaterThanOrEqual(6 * numbers.RECONCILE_LAMBDA_MS);
    // A claim outlives the pause before the queue gives a job back to somebody else.
    expect(numbers.JOB_CLAIM_MS).toBeLessThan(plan.visibilitySeconds * 1000);
    expect(retrySeconds * 1000).toBeGreaterThanOrEqual(6 * numbers.WORKER_LAMBDA_MS);
  });
});
