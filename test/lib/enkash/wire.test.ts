import { describe, expect, test } from 'vitest';
import { accountFields, cardFields } from '../../../lib/account/documented-fields.ts';
import { parseFull, parseSummary } from '../../../lib/enkash/wire.ts';
import { asked, payload, thrownBy } from '../../rigs/enkash-sample.ts';

const card: Record<string, unknown> = { ...Object(payload.primaryEnKashCard) };
const summaryOf = (changes: object, base: object = payload) => parseSummary({ ...base, ...changes }, asked);
const fullOf = (changes: object, base: object = payload) => parseFull({ ...base, ...changes }, asked).wire;
const cardOf = (changes: object) => fullOf({ primaryEnKashCard: { ...card, ...changes } }).primaryCard;
const schemaFailure = (...paths: string[]) => ({
  name: 'UpstreamError',
  code: 'UPSTREAM_UNREADABLE',
  message: 'The reply of EnKash could not be read',
  details: { step: 'schema', paths },
});
const moneyOfSummary = [
  'availableBalance',
  'availableCardBalance',
  'usedCreditLimit',
  'creditLimit',
  'totalAllocationPoint',
  'totalRedemptionPoint',
  'currentMonthAllocationPoint',
  'currentMonthRedemptionPoint',
] as const;
const namesOf = (table: Readonly<Record<string, string>>, kind: string): string[] =>
  Object.keys(table).filter((name) => table[name] === kind);

describe('parseSummary', () => {
  test('reads the documented account, money in paise', () => {
    expect(parseSummary(payload, asked)).toStrictEqual({
      residues: 0,
      dropped: [],
      wire: {
        ...asked,
        companyName: 'Test Rewards Pvt Ltd',
        accountTitle: 'Test Rewards - Reward',
        accountType: 'EMPLOYEE_REWARDS',
        totalCards: 34,
        activeCards: 34,
        availableBalance: 89_813_800,
        availableCardBalance: 9_241_544,
        usedCreditLimit: -99_055_344,
        creditLimit: 0,
        totalAllocationPoint: 10_790_000,
        totalRedemptionPoint: 2_300_492,
        currentMonthAllocationPoint: 2_000,
        currentMonthRedemptionPoint: 70_000,
      },
    });
  });

  test('needs nothing but the ids and the available balance', () => {
    const { wire } = parseSummary({ ...asked, availableBalance: 1 }, asked);
    expect(wire).toStrictEqual({ ...asked, availableBalance: 100 });
  });

  test.each([
    ['companyId', 'missing'],
    ['cardAccountId', 'missing'],
    ['availableBalance', 'missing'],
  ])('is strict: without %s it is unreadable', (key, type) => {
    const { [key]: _, ...rest } = payload;
    expect(thrownBy(() => parseSummary(rest, asked))).toMatchObject(schemaFailure(`${key}: ${type}`));
  });

  test.each(moneyOfSummary)('is strict: %s as text, or with a third digit, is unreadable and never zero', (key) => {
    expect(thrownBy(() => summaryOf({ [key]: '898138.00' }))).toMatchObject(schemaFailure(`${key}: string`));
    expect(thrownBy(() => summaryOf({ [key]: 12.345 }))).toMatchObject(schemaFailure(`${key}: number`));
    expect(thrownBy(() => summaryOf({ [key]: 1e13 }))).toMatchObject(schemaFailure(`${key}: number`));
    expect(thrownBy(() => summaryOf(JSON.parse(`{"${key}":1e400}`)))).toMatchObject(schemaFailure(`${key}: number`));
    for (const [value, type] of [
      [true, 'boolean'],
      [[1], 'array'],
      [{ value: 1 }, 'object'],
    ]) {
      expect(thrownBy(() => summaryOf({ [key]: value }))).toMatchObject(schemaFailure(`${key}: ${type}`));
    }
  });

  test('is strict: a null available balance is unreadable', () => {
    expect(thrownBy(() => summaryOf({ availableBalance: null }))).toMatchObject(
      schemaFailure('availableBalance: null'),
    );
  });

  test('names every wrong field with its JSON type, and no value', () => {
    const error = thrownBy(() => summaryOf({ availableBalance: 'Asha', creditLimit: [9_000_000_001], companyId: 7 }));
    expect(error).toMatchObject(schemaFailure('companyId: number', 'availableBalance: string', 'creditLimit: array'));
    expect(JSON.stringify(error)).not.toMatch(/Asha|9000000001/);
  });

  test.each([
    ['companyName', 7],
    ['accountTitle', ['x']],
    ['accountType', 7],
    ['accountType', { label: 'no name' }],
    ['totalCards', '34'],
    ['totalCards', -1],
    ['activeCards', 1.5],
  ])('is lenient: %s as %j counts as absent', (key, value) => {
    expect(summaryOf({ [key]: value }).wire).toMatchObject({ ...asked, [key]: undefined });
  });

  test('null stays null where it is allowed', () => {
    const nulls = Object.fromEntries(Object.keys(payload).map((key) => [key, null]));
    const { wire } = summaryOf({ ...asked, availableBalance: 5000 }, nulls);
    expect(wire).toMatchObject({ availableBalance: 500_000, creditLimit: null, companyName: null, totalCards: null });
  });

  test('reads an account type that is a bare string', () => {
    expect(summaryOf({ accountType: 'PETTY_CASH' }).wire.accountType).toBe('PETTY_CASH');
  });

  test('counts float noise, once per amount, and starts at zero for each reply', () => {
    const noisy = { availableBalance: 1005.2900000000001, creditLimit: 0.30000000000000004 };
    expect(summaryOf(noisy)).toMatchObject({ residues: 2, wire: { availableBalance: 100_529, creditLimit: 30 } });
    expect(summaryOf({}).residues).toBe(0);
  });
});

describe('the echo check', () => {
  const mismatch = {
    name: 'UpstreamError',
    code: 'UPSTREAM_MISMATCH',
    message: 'EnKash answered with another account',
    details: { step: 'echo' },
  };
  test.each([
    ['another card account', { cardAccountId: 'CAOTHER999' }],
    ['another company', { companyId: 'CEKOTHER99' }],
    ['an id in another case', { cardAccountId: 'CATEST001'.toLowerCase() }],
    ['an id with white space', { companyId: 'CEKTEST001 ' }],
    ['empty ids', { companyId: '', cardAccountId: '' }],
  ])('%s is refused in both views, without quoting it', (_, ids) => {
    for (const parse of [parseSummary, parseFull]) {
      const error = thrownBy(() => parse({ ...payload, ...ids }, asked));
      expect(error).toMatchObject(mismatch);
      expect(JSON.stringify(error)).not.toContain('OTHER');
    }
  });

  test("the card's own ids decide nothing", () => {
    expect(cardOf({ companyId: 'CEKOTHER99', cardAccountId: 'CAOTHER999' })).toMatchObject({ companyId: 'CEKOTHER99' });
  });
});

describe('parseFull', () => {
  const { wire, residues } = parseFull(payload, asked);
  const summaryOnly = Object.keys(parseSummary(payload, asked).wire).filter((key) => key !== 'accountType');

  test('holds every documented key of both levels but the card token', () => {
    const known = [...summaryOnly, ...Object.keys(wire.details), 'primaryEnKashCard'];
    expect(known.toSorted()).toStrictEqual(Object.keys(payload).toSorted());
    const cardKeys = Object.keys(card).filter((key) => key !== 'token');
    expect(Object.keys(wire.primaryCard ?? {}).toSorted()).toStrictEqual(cardKeys.toSorted());
    expect(residues).toBe(0);
  });

  test('keeps apart the names that account and card share', () => {
    expect(wire.details.usedMtd).toBe(1_114_640);
    expect(wire.primaryCard?.usedMtd).toBe(1_560_756);
    expect([wire.details.binType, wire.primaryCard?.binType]).toStrictEqual([
      'REWARD',
      { name: 'REWARD', label: 'Reward Card' },
    ]);
    expect(wire.primaryCard?.accountType).toStrictEqual({
      name: 'EMPLOYEE_REWARDS',
      label: 'Employee Rewards',
      description: 'Reward',
    });
  });

  test('keeps enums open and digits in a string a string', () => {
    expect(wire.details).toMatchObject({ blockCode: 'A', dpd: '0', createdOn: '2023-08-09 11:19:46' });
  });

  test('masks the card number again when EnKash sends it whole', () => {
    expect(cardOf({ maskedNumber: '2004 0112 3456 7842' })).toMatchObject({ maskedNumber: '2004 01XX XXXX 7842' });
    expect(cardOf({ maskedNumber: 2004011234567842 })).toMatchObject({ maskedNumber: undefined });
  });

  test.each(namesOf(accountFields, 'money'))('is strict on the amount %s of the account', (name) => {
    expect(thrownBy(() => fullOf({ [name]: '1.00' }))).toMatchObject(schemaFailure(`${name}: string`));
    expect(fullOf({ [name]: -0.05 }).details).toMatchObject({ [name]: -5 });
    expect(fullOf({ [name]: null }).details).toMatchObject({ [name]: null });
  });

  test.each(namesOf(cardFields, 'money'))('is strict on the amount %s of the card', (name) => {
    expect(thrownBy(() => cardOf({ [name]: 0.001 }))).toMatchObject(schemaFailure(`primaryEnKashCard.${name}: number`));
    expect(cardOf({ [name]: 7.01 })).toMatchObject({ [name]: 701 });
  });

  test('is lenient on every other field: a wrong type counts as absent', () => {
    const wrong = (table: Readonly<Record<string, string>>) =>
      Object.fromEntries(Object.keys(table).flatMap((name) => (table[name] === 'money' ? [] : [[name, [{ odd: 1 }]]])));
    const { details, primaryCard } = fullOf({
      ...wrong(accountFields),
      primaryEnKashCard: { ...card, ...wrong(cardFields) },
    });
    for (const name of Object.keys(wrong(accountFields))) expect(details[name]).toBeUndefined();
    for (const name of Object.keys(wrong(cardFields))) expect(primaryCard?.[name]).toBeUndefined();
  });

  test.each([{ primaryEnKashCard: null }, { primaryEnKashCard: undefined }])(
    'an account without a card has none: %j',
    (none) => {
      expect(fullOf(none).primaryCard).toBeUndefined();
    },
  );

  test('a card that is no object is unreadable', () => {
    expect(thrownBy(() => fullOf({ primaryEnKashCard: 'EKC1' }))).toMatchObject(
      schemaFailure('primaryEnKashCard: string'),
    );
  });

  test('counts the float noise of account and card together', () => {
    const noisy = { usedMtd: 1005.2900000000001, primaryEnKashCard: { ...card, usedYtd: 0.30000000000000004 } };
    expect(parseFull({ ...payload, ...noisy }, asked).residues).toBe(2);
  });

  test('drops unknown fields on every level, the card token among them', () => {
    const extras = { newField: 'x', constructor: 1, ['__proto__']: { polluted: true } };
    const read = fullOf({ ...extras, primaryEnKashCard: { ...card, ...extras, kitType: { name: 'A', secret: 'x' } } });
    expect(Object.keys(read.details).filter((key) => !Object.hasOwn(accountFields, key))).toStrictEqual([]);
    expect(Object.keys(read.primaryCard ?? {}).filter((key) => !Object.hasOwn(cardFields, key))).toStrictEqual([]);
    expect(read.primaryCard?.kitType).toStrictEqual({ name: 'A' });
    expect(JSON.stringify(read)).not.toContain(String(card.token));
  });
});
