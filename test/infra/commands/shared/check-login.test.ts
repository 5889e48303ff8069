import { describe, expect, test } from 'vitest';
import {
  checkGate,
  checkSecret,
  checkSharedClients,
  checkUnequalSecrets,
} from '../../../../infra/commands/shared/check-login.ts';
import type { GateView, SecretView } from '../../../../lib/operate/answers.ts';

const gate = {
  ...{
    partner: 'acme',
    readable: true,
    loginId: 'x',
    rev: 1,
    count: 0,
    versionId: 'v0',
    wasRefused: false,
    hasFailed: false,
    otherFails: false,
  },
  ...{
    verdict: { kind: 'login', permitted: false },
    sends: 'current',
    secretProblem: null,
    evidence: null,
    words: ['open'],
  },
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
      { verdict: closed('locked-out-risk'), count: 2, hasFailed: true },
      'wrong',
      /with --same-secret only if/,
    ],
    [
      'at a lost answer',
      { count: 1, evidence: 'timeout' },
      'wrong',
      /^The next login, with the current version, clears the count or closes the gate\. Change nothing/,
    ],
    [
      'at a failure that no login clears',
      { count: 1, otherFails: true },
      'wrong',
      /^A failure of another basicId or clientId stands.*: npm run gate -- allow-one .* --unlocked-by-enkash$/,
    ],
    [
      'at a refusal of the current version, while the one before it serves',
      { count: 1, wasRefused: true, sends: 'previous' },
      'wrong',
      /^The next login, with the previous version, clears the count or closes the gate\. EnKash refused the current version, and the previous one serves\. .*--secret-id arn:acme --secret-string file:\/\/FILE \(or, .*: npm run gate -- allow-one .*--same-secret\)$/,
    ],
    [
      'without a count, while the version before the refused one serves',
      { wasRefused: true, sends: 'previous' },
      'warning',
      /^EnKash refused the current version, and the previous one serves\. .*--secret-id arn:acme --secret-string file:\/\/FILE \(or, .*: npm run gate -- allow-one .*--same-secret\)$/,
    ],
    [
      'without a count, with a current version that was refused',
      { wasRefused: true },
      'warning',
      /^EnKash refused the current version before\. .*--secret-id arn:acme --secret-string file:\/\/FILE$/,
    ],
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
