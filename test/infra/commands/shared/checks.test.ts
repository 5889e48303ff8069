import { describe, expect, test } from 'vitest';
import { checkCoverage } from '../../../../infra/commands/shared/check-coverage.ts';
import { checkEgress } from '../../../../infra/commands/shared/check-egress.ts';
import { checkGate } from '../../../../infra/commands/shared/check-login.ts';
import { factsOf } from '../../../../infra/commands/shared/deployed-stage.ts';
import { choosePartner, enkashEnvOf } from '../../../../infra/commands/shared/stages.ts';
import type { Item } from '../../../../lib/balances/codec.ts';
import { versionOf } from '../../../../lib/login-gate/content.ts';
import type { GateItem } from '../../../../lib/login-gate/item.ts';
import { createStage, credentialsOf, partner } from '../../../rigs/login-gate-setup.ts';
import { settingsOf } from '../../../rigs/synth.ts';

const now = Date.UTC(2026, 0, 1, 12);

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

describe('the gate', () => {
  const { content, pair } = versionOf(credentialsOf('v0'));
  const refused = [{ content, pair, versionId: 'v0', at: now, standing: true }];
  const failed = (count: number) => [{ pair, count }];
  const lastLogin = { at: now, partner, versionId: 'v0', outcome: 'possible', evidence: '502 html' };
  test.each<[string, Partial<GateItem> | undefined, string, RegExp]>([
    ['never opened', undefined, 'wrong', /never-opened/],
    ['well', { proven: [content] }, 'ok', /the next request logs in with version v0/],
    ['at a refusal', { failures: failed(1), refused }, 'wrong', /password-refused/],
    ['at a lost answer', { failures: failed(1), lastLogin }, 'wrong', /possible \(502 html\)/],
    ['at two failures', { failures: failed(2), refused }, 'wrong', /locked-out-risk/],
    ['backing off', { backOff: { ms: 1, until: 4e12 }, lastLogin }, 'wrong', /the token host was not reached/],
  ])('%s is judged as the gate itself does', async (_title, item, result, words) => {
    const stage = createStage([], item !== undefined);
    const before = stage.item();
    if (before) stage.table.put({ ...before, ...item });
    const finding = await checkGate(partner, { ...stage.deps, store: stage.table });
    expect(finding).toMatchObject({ result, words: expect.stringMatching(words) });
  });

  test('that cannot be read is wrong', async () => {
    const stage = createStage([]);
    const deps = { ...stage.deps, store: { ...stage.table, read: () => Promise.reject(new Error('down')) } };
    expect(await checkGate(partner, deps)).toMatchObject({
      result: 'wrong',
      words: expect.stringContaining('cannot be read'),
    });
  });
});

describe('the last slot', () => {
  const facts = { table: 't', everySeconds: 900, lateSeconds: 300, graceSeconds: 60 };
  const covered = (items: readonly Item[]) =>
    checkCoverage(facts, () => ({ query: async () => ({ items, after: undefined }) }), now);
  const run = { sk: 'slot#2026-01-01T11:45:00Z', state: 'ended', expected: 2, measured: 2, failed: 0, missed: 0 };

  test('is the last one whose window, grace and reconciler are over', async () => {
    const asked: unknown[] = [];
    const tableOf = () => ({
      query: async (query: { values: Record<string, string> }) => {
        asked.push(query.values[':first']);
        return { items: [run], after: undefined };
      },
    });
    await checkCoverage(facts, tableOf, now);
    await checkCoverage(facts, tableOf, now + 479_000);
    await checkCoverage(facts, tableOf, now + 481_000);
    expect(asked).toEqual(['slot#2026-01-01T11:45:00Z', 'slot#2026-01-01T11:45:00Z', 'slot#2026-01-01T12:00:00Z']);
  });

  test.each<[string, readonly Item[], string, RegExp]>([
    ['measured whole', [run], 'ok', /2 of 2 measured/],
    ['empty', [{ ...run, expected: 0, measured: 0 }], 'ok', /nothing is watched/],
    ['not reconciled', [{ ...run, state: 'planned' }], 'wrong', /still planned/],
    ['failed in part', [{ ...run, measured: 1, failed: 1 }], 'wrong', /1 failed, 0 missed/],
    ['missed in part', [{ ...run, measured: 1, missed: 1 }], 'wrong', /0 failed, 1 missed/],
    ['written by another version', [{ ...run, state: 'strange' }], 'wrong', /cannot be read/],
  ])('%s is judged', async (_title, items, result, words) => {
    expect(await covered(items)).toMatchObject({ result, words: expect.stringMatching(words) });
  });

  test.each([
    ['lost when slots before it were planned', [run], 'wrong', /never planned/],
    ['skipped on a stage where none ever was', [], 'skipped', /no slot was planned yet/],
  ])('without a run row is %s', async (_title, earlier, result, words) => {
    const answers = [[], earlier];
    const tableOf = () => ({ query: async () => ({ items: answers.shift() ?? [], after: undefined }) });
    expect(await checkCoverage(facts, tableOf, now)).toMatchObject({ result, words: expect.stringMatching(words) });
  });
});

describe('facts of a deployed stage', () => {
  const outputs = {
    ApiUrl: 'https://api.invalid/',
    TokenUrl: 'https://token.invalid/oauth2/token',
    SecretArnacme: 'arn:aws:secretsmanager:ap-south-1:1:secret:x',
    LoginGateTable: 'gate',
    BalancesTable: 'balances',
    EgressAddress1: '13.232.0.1',
    EgressAddress2: '13.232.0.2',
  };

  test('come from cdk.json and the stack', () => {
    const facts = factsOf(settingsOf('uat'), outputs, { AWS_REGION: 'ap-south-1' });
    expect(facts).toMatchObject({
      loginGateTable: 'gate',
      secretIds: { acme: outputs.SecretArnacme },
      egress: { kind: 'fixed', addresses: ['13.232.0.1', '13.232.0.2'] },
      snapshots: { table: 'balances', everySeconds: 900, lateSeconds: 300 },
      env: { ENKASH_API_URL: 'https://pay-uat.enkash.in', LOGIN_GATE_TABLE: 'gate', AWS_REGION: 'ap-south-1' },
    });
    expect(enkashEnvOf(facts)).toMatchObject({ PARTNER_SECRETS: { acme: outputs.SecretArnacme }, NOT_FOUND_CODES: [] });
    expect(choosePartner(facts, undefined)).toBe('acme');
    expect(() => choosePartner(facts, 'other')).toThrow('--partner: one of acme');
  });

  test.each(Object.keys(outputs).filter((name) => !name.startsWith('Egress')))(
    'name the output %s when the stack has none',
    (missing) => {
      const { [missing]: _, ...others }: Record<string, string> = outputs;
      expect(() => factsOf(settingsOf('uat'), others, {})).toThrow(
        `The stack has no output ${missing === 'SecretArnacme' ? 'SecretArn-acme' : missing}`,
      );
    },
  );
});
