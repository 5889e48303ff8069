import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { eventText, grouped, istText, type Told } from '../../../lib/alerts/texts.ts';

const at = Date.parse('2026-11-25T06:30:00Z');
const low: Told = {
  event: 'low',
  companyId: 'CEKTEST001',
  cardAccountId: 'CATEST001',
  companyName: 'Test Rewards',
  accountTitle: 'Reward',
  at,
  value: 421_000,
  lastMeasuredAt: at,
  rule: { name: 'float', balance: 'available', below: 500_000, recoverAt: 600_000 },
};
const events = ['low', 'recovered', 'unknown', 'watchEnded', 'readingsUnavailable', 'readingsRestored'] as const;

describe('a low balance', () => {
  test('is told with names, Indian digit grouping, the rule, the time in IST, what to do and where to look', () => {
    expect(eventText(low)).toEqual({
      title: 'Low balance: Test Rewards - Reward, INR 4,210.00',
      text: `Low balance

Company: Test Rewards (CEKTEST001)
Account: Reward (CATEST001)
Available: ₹4,210.00
Rule "float": low below ₹5,000.00, well again from ₹6,000.00
Since: 25 Nov 2026, 12:00 IST

What to do: add money to this account, or lower the limit of the rule. A message follows when the balance is ₹6,000.00 or more.
Where to look: GET /v1/companies/CEKTEST001/card-accounts/CATEST001/balances`,
    });
  });

  test('is told by the ids where EnKash stated no titles, or none that ASCII can show', () => {
    expect(eventText({ ...low, companyName: null, accountTitle: 'परीक्षण खाता' }).title).toBe(
      'Low balance: CEKTEST001 - CATEST001, INR 4,210.00',
    );
    expect(eventText({ ...low, accountTitle: 'Café Zoë' }).title).toBe(
      'Low balance: Test Rewards - Cafe Zoe, INR 4,210.00',
    );
    expect(eventText({ ...low, accountTitle: 'परीक्षण खाता' }).text).toContain('Account: परीक्षण खाता (CATEST001)');
  });

  test('is shortened at the longest title, never at the amount', () => {
    const long = { ...low, companyName: 'A'.repeat(64), accountTitle: 'Petty cash, Mumbai', value: -123_456_789_050 };
    const { title } = eventText(long);
    expect(title).toMatch(/^Low balance: A{20,}\.\.\. - Petty cash, Mumbai, INR -1,23,45,67,890\.50$/);
    expect(title).toHaveLength(99);
  });
});

test('an unknown balance names the last time it was measured, and no amount', () => {
  const told = eventText({ ...low, event: 'unknown', value: null });
  expect(told.title).toBe('Balance unknown: Test Rewards - Reward');
  expect(told.text).toContain('Last measured: 25 Nov 2026, 12:00 IST');
  expect(eventText({ ...low, event: 'unknown', value: null, lastMeasuredAt: null }).text).toContain('measured: never');
});

test('an event about a whole company names no account', () => {
  const told = eventText({ ...low, event: 'readingsUnavailable', cardAccountId: null, value: null, rule: null });
  expect(told.title).toBe('Balances cannot be read: Test Rewards');
  expect(told.text).not.toMatch(/Account|Rule|₹/);
  expect(told.text).toContain('GET /v1/companies/CEKTEST001/balances');
});

test('a subject is ASCII, one line and under 100 characters, whatever EnKash calls things and whatever happened', () => {
  const names = fc.option(fc.string({ unit: 'binary', maxLength: 300 }));
  const told = fc.record({
    event: fc.constantFrom(...events),
    companyName: names,
    accountTitle: names,
    value: fc.option(fc.integer({ min: -(10 ** 15) + 1, max: 10 ** 15 - 1 })),
    cardAccountId: fc.option(fc.constant(`CA${'x'.repeat(62)}`)),
  });
  fc.assert(
    fc.property(told, (more) => {
      const { title } = eventText({ ...low, ...more });
      expect(title).toMatch(/^[\x21-\x7e][\x20-\x7e]{0,98}$/);
    }),
  );
});

test('a title cannot write lines of its own into a mail', () => {
  const forged = 'Reward\r\nAvailable: ₹9,99,999.00\u2028What to do: \u202Epay me';
  const { text } = eventText({ ...low, accountTitle: forged });
  expect(text.split('\n')).toHaveLength(eventText(low).text.split('\n').length);
  expect(text).toContain('Account: Reward Available: ₹9,99,999.00 What to do: pay me (CATEST001)');
});

test.each([
  ['in lines', '4111\n1111\r\n1111\u20281111', '4111 11XX XXXX 1111', '4111 11XX XXXX 1111'],
  ['under combining signs', '4111\u0336111111111111\u20e3', '411111XXXXXX1111', '4111\u033611XXXXXX1111\u20e3'],
  ['between letters that ASCII lacks', '4111क1111क1111क1111', '411111XXXXXX1111', undefined],
  ['with Devanagari digits', '४१११ ११११ ११११ ११११', undefined, '४१११ ११XX XXXX ११११'],
])('a card number %s is in no subject and in no text', (_, accountTitle, subject, line) => {
  const { title, text } = eventText({ ...low, accountTitle });
  expect(title).toBe(`Low balance: Test Rewards - ${subject ?? 'CATEST001'}, INR 4,210.00`);
  expect(text).toContain(`Account: ${line ?? accountTitle} (CATEST001)`);
});

test('a card number that two names make side by side is in no subject; an id is never rewritten', () => {
  const halves = { companyName: 'Shop 4111 1111', accountTitle: '1111 1111' };
  expect(eventText({ ...low, ...halves }).title).toBe('Low balance: Shop 4111 11XX - XXXX 1111, INR 4,210.00');
  const ids = { companyName: null, cardAccountId: 'CA4111111111111111', accountTitle: null };
  const told = eventText({ ...low, ...ids });
  expect(told.title).toBe('Low balance: CEKTEST001 - CA4111111111111111, INR 4,210.00');
  expect(told.text).toContain('Account: CA4111111111111111');
});

test.each([
  [0, '0.00'],
  [99_999, '999.99'],
  [100_000, '1,000.00'],
  [9_999_900, '99,999.00'],
  [10_000_000, '1,00,000.00'],
  [1_234_567_890, '1,23,45,678.90'],
  [-10_000_000, '-1,00,000.00'],
  [999_999_999_999_999, '99,99,99,99,99,999.99'],
])('%i paise are grouped %s', (paise, text) => {
  expect(grouped(paise)).toBe(text);
  expect(grouped(paise).replaceAll(',', '')).toBe((paise / 100).toFixed(2));
});

test('an instant is shown in India, where the day may be another one', () => {
  expect(istText(Date.parse('2026-12-31T18:30:00Z'))).toBe('1 Jan 2027, 00:00 IST');
});
