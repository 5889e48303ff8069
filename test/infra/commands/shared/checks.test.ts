import { describe, expect, test } from 'vitest';
import { checkCoverage, checkLastDay, checkSuspended } from '../../../../infra/commands/shared/check-coverage.ts';
import { checkEgress } from '../../../../infra/commands/shared/check-egress.ts';
import { factsOf } from '../../../../infra/commands/shared/deployed-stage.ts';
import { choosePartner } from '../../../../infra/commands/shared/stages.ts';
import type { Coverage } from '../../../../lib/operate/answers.ts';
import { settingsOf } from '../../../rigs/synth.ts';

describe('the egress address', () => {
  const fixed = { kind: 'fixed', zones: ['a', 'b'], addresses: ['13.232.0.1', '13.232.0.2'] } as const;
  test.each([
    [fixed, undefined, 'ok'],
    [fixed, ['13.232.0.2', '13.232.0.1'], 'ok'],
    [fixed, ['13.232.0.1'], 'wrong'],
    [fixed, ['13.232.0.1', '13.232.0.2', '13.232.0.3'], 'wrong'],
    [{ ...fixed, addresses: ['13.232.0.1', ''] }, undefined, 'wrong'],
    [{ kind: 'open' } as const, undefined, 'skipped'],
  ])('%j against %j is %s', (egress, allowListed, result) => {
    expect(checkEgress(egress, allowListed)).toMatchObject({ result });
  });
});

describe('the last slot', () => {
  const slot = '2026-01-01T11:45:00Z';
  const ended = { state: 'ended', suspended: 0, expected: 2, measured: 2, failed: 0, missed: 0 } as const;
  test.each<[string, Coverage, string, RegExp]>([
    ['measured whole', ended, 'ok', /2 of 2 measured/],
    ['empty', { ...ended, expected: 0, measured: 0 }, 'ok', /nothing is watched/],
    ['not reconciled', { state: 'planned', suspended: 0 }, 'wrong', /still planned/],
    ['failed in part', { ...ended, measured: 1, failed: 1 }, 'wrong', /1 failed, 0 missed/],
    ['missed in part', { ...ended, measured: 1, missed: 1 }, 'wrong', /0 failed, 1 missed/],
    ['written by another version', { state: 'unreadable' }, 'wrong', /cannot be read/],
    ['out of sight', { state: 'table-unreachable' }, 'wrong', /balances table cannot be read/],
    ['lost', { state: 'never-planned' }, 'wrong', /never planned/],
    ['not there yet', { state: 'no-slot-yet' }, 'skipped', /no slot was planned yet/],
  ])('%s is judged', (_title, coverage, result, words) => {
    expect(checkCoverage({ slot, coverage })).toMatchObject({ result, words: expect.stringMatching(words) });
  });
});

describe('watches and days', () => {
  test('watches that no grant covers are told, before they end', () => {
    expect(checkSuspended({ state: 'planned', suspended: 2 })).toMatchObject([
      { result: 'warning', words: expect.stringMatching(/^2 watched accounts/) },
    ]);
    expect(checkSuspended({ state: 'planned', suspended: 0 })).toEqual([]);
    expect(checkSuspended({ state: 'never-planned' })).toEqual([]);
  });

  test('accounts without a balance on a whole day are named', () => {
    const day = { day: '2026-01-01', accounts: 5, unmeasured: 0, named: [] };
    expect(checkLastDay(null)).toMatchObject({ result: 'skipped' });
    expect(checkLastDay(day)).toMatchObject({ result: 'ok' });
    expect(checkLastDay({ ...day, unmeasured: 2, named: ['CEKTEST001/CA1'] })).toMatchObject({
      result: 'wrong',
      words: '2026-01-01: 2 accounts had no balance all day: CEKTEST001/CA1, …',
    });
  });
});

describe('facts of a deployed stage', () => {
  const outputs = {
    ApiUrl: 'https://api.invalid/',
    TokenUrl: 'https://token.invalid/oauth2/token',
    SecretArnacme: 'arn:aws:secretsmanager:ap-south-1:1:secret:x',
    InspectFunction: 'stack-inspect-1',
    OperateFunction: 'stack-operate-1',
    DeliverFunction: 'stack-deliver-1',
    EgressAddress1: '13.232.0.1',
    EgressAddress2: '13.232.0.2',
  };

  test('come from cdk.json and the stack', () => {
    const facts = factsOf(settingsOf('uat'), outputs, { AWS_REGION: 'ap-south-1' }, '--stage uat');
    expect(facts).toMatchObject({
      functions: { inspect: 'stack-inspect-1', operate: 'stack-operate-1', deliver: 'stack-deliver-1' },
      named: '--stage uat',
      secretIds: { acme: outputs.SecretArnacme },
      egress: { kind: 'fixed', addresses: ['13.232.0.1', '13.232.0.2'] },
      slotSeconds: 360,
      enkash: { apiUrl: 'https://pay-uat.enkash.in' },
      aws: { AWS_REGION: 'ap-south-1' },
    });
    expect(choosePartner(facts, undefined)).toBe('acme');
    expect(() => choosePartner(facts, 'other')).toThrow('--partner: one of acme');
  });

  test.each(Object.keys(outputs).filter((name) => !name.startsWith('Egress')))(
    'name the output %s when the stack has none',
    (missing) => {
      const { [missing]: _, ...others }: Record<string, string> = outputs;
      expect(() => factsOf(settingsOf('uat'), others, {}, '')).toThrow(
        `The stack has no output ${missing === 'SecretArnacme' ? 'SecretArn-acme' : missing}`,
      );
    },
  );
});
