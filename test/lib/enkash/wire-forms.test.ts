import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { accountFields, cardFields } from '../../../lib/account/documented-fields.ts';
import { parseFull, parseSummary } from '../../../lib/enkash/wire.ts';
import { UpstreamError } from '../../../lib/errors.ts';
import { asked, payload } from '../../rigs/enkash-sample.ts';

const card: Record<string, unknown> = { ...Object(payload.primaryEnKashCard) };
const summaryOf = (changes: object, base: object = payload) => parseSummary({ ...base, ...changes }, asked);

describe('a card number in the wrong field', () => {
  const PAN = '4111111111111111';
  const MASKED = '411111XXXXXX1111';

  test.each(['companyName', 'accountTitle', 'accountType'])('%s of the summary is masked', (key) => {
    expect(summaryOf({ [key]: `Card ${PAN}.` }).wire).toMatchObject({ [key]: `Card ${MASKED}.` });
  });

  test('is masked in every text of both levels, labels included, and a count that shows one is absent', () => {
    const planted = (table: Readonly<Record<string, string>>): Record<string, unknown> =>
      Object.fromEntries(
        Object.entries(table).flatMap(([key, kind]): [string, unknown][] => {
          if (kind === 'text' || kind === 'pan') return [[key, PAN]];
          if (kind === 'label') return [[key, { name: PAN, label: PAN, description: PAN }]];
          return kind === 'count' ? [[key, Number(PAN)]] : [];
        }),
      );
    const { wire, dropped } = parseFull(
      { ...payload, ...planted(accountFields), primaryEnKashCard: { ...card, ...planted(cardFields) } },
      asked,
    );
    expect(JSON.stringify(wire)).not.toContain(PAN);
    expect(wire.details).toMatchObject({ bankName: MASKED, kitType: { name: MASKED, label: MASKED } });
    expect(wire.primaryCard).toMatchObject({ title: MASKED, enKashCardId: MASKED, extEntityId: MASKED });
    expect(wire.primaryCard?.cardKitMasterId).toBeUndefined();
    expect(dropped).toContain('primaryEnKashCard.cardKitMasterId');
  });

  test('is no reason to rewrite the number of a bank account, or the ids asked for', () => {
    const own = { companyId: 'CEKTEST001', cardAccountId: `CA${PAN}` };
    const { wire } = parseFull(
      { ...payload, ...own, virtualAccountNumber: PAN, primaryEnKashCard: { ...card, ...own, userId: `CA${PAN}` } },
      own,
    );
    expect(wire.summary.cardAccountId).toBe(`CA${PAN}`);
    expect(wire.details.virtualAccountNumber).toBe(PAN);
    expect(wire.primaryCard).toMatchObject({ ...own, userId: `CA${MASKED}` });
  });
});

describe('odd forms that can be read', () => {
  test.each([
    ['2023-08-09 22:30:07.0', '2023-08-09 22:30:07'],
    ['2023-08-09T22:30:07', '2023-08-09 22:30:07'],
    ['2023-08-09T17:00:07Z', '2023-08-09 22:30:07'],
    [1_691_600_407_123, '2023-08-09 22:30:07'],
    ['1691600407123', '2023-08-09 22:30:07'],
  ])('the time %j is %s in India', (createdOn, ist) => {
    expect(parseFull({ ...payload, createdOn }, asked)).toMatchObject({
      wire: { details: { createdOn: ist } },
      dropped: [],
    });
  });

  test.each([[[]], ['']])('a card that is %j is none', (primaryEnKashCard) => {
    const { wire, dropped } = parseFull({ ...payload, primaryEnKashCard }, asked);
    expect([wire.primaryCard, dropped]).toStrictEqual([undefined, []]);
  });
});

describe('what cannot be read', () => {
  test('counts as absent and is named: a wrong type, an impossible time, a text over 256 characters', () => {
    const changes = {
      totalCards: '34',
      accountTitle: 'x'.repeat(257),
      companyName: 'x'.repeat(256),
      createdOn: '2023-02-31 10:00:00',
      kitType: [],
      primaryEnKashCard: { ...card, modifiedOn: true, gender: 7 },
    };
    const { wire, dropped } = parseFull({ ...payload, ...changes }, asked);
    expect(wire.summary).toMatchObject({ companyName: 'x'.repeat(256) });
    expect(wire.summary.accountTitle).toBeUndefined();
    expect(dropped.toSorted()).toStrictEqual([
      'accountTitle',
      'createdOn',
      'primaryEnKashCard.gender',
      'primaryEnKashCard.modifiedOn',
      'totalCards',
    ]);
    expect(parseSummary({ ...payload, ...changes }, asked).dropped).toStrictEqual(['accountTitle', 'totalCards']);
  });
});

test('whatever the payload, the views are parsed or refused as UPSTREAM_UNREADABLE or UPSTREAM_MISMATCH', () => {
  const names = [...Object.keys(payload), ...Object.keys(card)];
  const changes = fc.dictionary(fc.constantFrom(...names), fc.jsonValue(), { maxKeys: 4 });
  fc.assert(
    fc.property(changes, changes, (account, ofCard) => {
      for (const parse of [parseSummary, parseFull]) {
        try {
          parse({ ...payload, primaryEnKashCard: { ...card, ...ofCard }, ...account }, asked);
        } catch (error) {
          expect(error).toBeInstanceOf(UpstreamError);
          expect(error).toHaveProperty('code', expect.stringMatching(/^UPSTREAM_(UNREADABLE|MISMATCH)$/));
        }
      }
    }),
    { numRuns: 1_000 },
  );
});
