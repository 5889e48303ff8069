import { describe, expect, test } from 'vitest';
import { checkCoverage, checkLastDay, checkSuspended } from '../../../../infra/commands/shared/check-coverage.ts';
import { checkEgress } from '../../../../infra/commands/shared/check-egress.ts';
import {
  checkGate,
  checkSecret,
  checkSharedClients,
  checkUnequalSecrets,
} from '../../../../infra/commands/shared/check-login.ts';
import { factsOf } from '../../../../infra/commands/shared/deployed-stage.ts';
import { choosePartner } from '../../../../infra/commands/shared/stages.ts';
import type { Coverage, GateView, SecretView } from '../../../../lib/operate/answers.ts';
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

const gate = {
  ...{ partner: 'acme', readable: true, loginId: 'x', rev: 1, count: 0, versionId: 'v0', wasRefused: false },
  ...{ verdict: { kind: 'login', permitted: false }, secretProblem: null, evidence: null, words: ['open'] },
} satisfies GateView;
const closed = (reason: 'never-opened' | 'password-refused' | 'locked-out-risk' | 'no-secret') =>
  ({ kind: 'closed', reason }) as const;
const facts = {
  named: '--stage uat',
  secretIds: { acme: 'arn:acme' },
  secretFile: undefined,
  enkash: { apiUrl: 'https://api.example', tokenUrl: 'https://token.example/prefix' },
};

describe('the gate', () => {
  test.each<[string, Partial<GateView>, string, RegExp]>([
    [
      'never opened',
      { verdict: closed('never-opened') },
      'wrong',
      /npm run gate -- open --stage uat --partner acme --unlocked-by-enkash/,
    ],
    [
      'at a refusal',
      { verdict: closed('password-refused'), count: 1 },
      'wrong',
      /save the right one as a new version \(aws secretsmanager put-secret-value --secret-id arn:acme --secret-string file:\/\/FILE\): the gate tries it once/,
    ],
    ['without a secret', { verdict: closed('no-secret'), count: 1 }, 'wrong', /save the right one/],
    [
      'at two failures',
      { verdict: closed('locked-out-risk'), count: 2 },
      'wrong',
      /npm run gate -- allow-one --stage uat --partner acme --unlocked-by-enkash$/,
    ],
    [
      'at two failures of this secret',
      { verdict: closed('locked-out-risk'), count: 2, wasRefused: true },
      'wrong',
      /with --same-secret only if/,
    ],
    ['at a lost answer', { count: 1, evidence: 'timeout' }, 'wrong', /^The next login.*Change nothing/],
    ['at a page of another host', { count: 1, evidence: '404 html' }, 'wrong', /at token\.example \(404 html\)/],
    [
      'with a secret that cannot be used',
      { secretProblem: 'invalid password' },
      'wrong',
      /--secret-id arn:acme --secret-string/,
    ],
    [
      'backing off',
      { verdict: { kind: 'wait', why: 'backing-off', until: '' }, evidence: '502 html' },
      'wrong',
      /502 html/,
    ],
  ])('%s is told with what to do', (_title, changes, result, next) => {
    expect(checkGate({ ...gate, ...changes }, facts)).toMatchObject({ result, next: expect.stringMatching(next) });
  });

  test.each<[string, Partial<GateView>]>([
    ['that logs in', {}],
    [
      'with a login under way, which is counted already',
      { count: 1, verdict: { kind: 'wait', why: 'login-under-way', until: '' } },
    ],
  ])('%s is well', (_title, changes) => {
    expect(checkGate({ ...gate, ...changes }, facts)).toEqual({
      check: 'login gate of acme',
      result: 'ok',
      words: 'open',
    });
  });

  test('and the secret say the same of a secret that names no login', () => {
    const none = { ...{ fields: [], versionId: null, encryption: null, pendingId: null }, oddBasicSecret: false };
    for (const reason of ['not-filled', 'invalid', 'unreachable'] as const) {
      const view = checkGate({ partner: 'acme', readable: false, reason }, facts);
      expect(view).toMatchObject({ result: 'wrong', next: 'See the secret above.' });
      const seen = checkSecret({ partner: 'acme', problem: reason, ...none }, facts);
      expect(view.words).toContain(
        `waits for the secret, which ${reason === 'not-filled' ? 'is not filled' : seen.words}`,
      );
    }
  });

  test('that cannot be read is wrong', () => {
    const view = { partner: 'acme', readable: false, reason: 'gate-unreachable' } as const;
    expect(checkGate(view, facts)).toMatchObject({
      result: 'wrong',
      words: expect.stringContaining('cannot be read (gate-unreachable)'),
      next: expect.stringContaining('npm run doctor -- --stage uat'),
    });
  });
});

describe('secrets', () => {
  const secret = {
    ...{ partner: 'acme', problem: null, fields: [], versionId: 'v0', encryption: 'off', pendingId: null },
    oddBasicSecret: false,
  } satisfies SecretView;
  test.each<[Partial<SecretView>, string, RegExp]>([
    [{}, 'ok', /^filled, well-formed, encryption off, version v0$/],
    [{ pendingId: 'v1' }, 'ok', /, pending v1$/],
    [{ oddBasicSecret: true }, 'warning', /characters outside/],
    [{ problem: 'invalid', fields: ['password'] }, 'wrong', /^is not well-formed: password$/],
    [{ problem: 'not-filled' }, 'wrong', /placeholder/],
    [{ problem: 'absent' }, 'wrong', /is not there/],
    [{ problem: 'unreachable' }, 'wrong', /cannot be read/],
  ])('%j are judged', (changes, result, words) => {
    expect(checkSecret({ ...secret, ...changes }, facts)).toMatchObject({
      result,
      words: expect.stringMatching(words),
    });
  });

  test('warn where two users log in by one API client', () => {
    expect(checkSharedClients([['acme', 'beta']])).toMatchObject([
      { result: 'warning', check: 'clientId of acme, beta', next: expect.stringContaining('Ask EnKash whether') },
    ]);
    expect(checkSharedClients([])).toEqual([]);
  });

  test('are wrong where partners of one EnKash user have unequal secrets, with what to do', () => {
    const ofBoth = { ...facts, secretIds: { acme: 'arn:acme', beta: 'arn:beta' } };
    expect(checkUnequalSecrets([['acme', 'beta']], ofBoth)).toEqual([
      {
        check: 'secrets of acme, beta',
        result: 'wrong',
        words:
          'are of one EnKash user and differ: a partner cannot use the token that another one brought, and waits for its end',
        next: 'Make basicId, basicSecret, username, password and clientId equal, or keep one partner. With the right values in each FILE: aws secretsmanager put-secret-value --secret-id arn:acme --secret-string file://FILE; aws secretsmanager put-secret-value --secret-id arn:beta --secret-string file://FILE',
      },
    ]);
    expect(checkUnequalSecrets([], ofBoth)).toEqual([]);
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
