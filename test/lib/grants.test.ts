import { describe, expect, test } from 'vitest';
import { authorize, type Grants, grantsOf, grantsSchema } from '../../lib/grants.ts';
import { thrownBy } from '../rigs/enkash-sample.ts';

const [A, B] = ['CEKAAAA001', 'CEKBBBB001'];
const grants: Grants = {
  alpha: {
    grants: [
      { partner: 'one', companyId: A },
      { partner: 'two', companyId: B, cardAccountIds: ['CA1', 'CA2'] },
    ],
  },
  none: { grants: [] },
};
const denied = { name: 'AccountNotFoundError', code: 'ACCOUNT_NOT_FOUND', message: 'No such card account' };

describe('authorize', () => {
  test('names the partner of the grant: a whole company, or the card accounts that are listed', () => {
    expect(authorize(grants, 'alpha', { companyId: A, cardAccountId: 'CA9' })).toBe('one');
    expect(authorize(grants, 'alpha', { companyId: B, cardAccountId: 'CA2' })).toBe('two');
  });

  test.each([
    ['a card account that is not listed', 'alpha', B, 'CA9'],
    ['a card account that only starts like a listed one', 'alpha', B, 'CA11'],
    ['another company', 'alpha', 'CEKCCCC001', 'CA1'],
    ['a company in another case', 'alpha', A.toLowerCase(), 'CA1'],
    ['a caller without grants', 'none', A, 'CA1'],
    ['a caller that is not listed', 'beta', A, 'CA1'],
    ['a caller with the name of a built-in', 'constructor', A, 'CA1'],
    ['the prototype as a caller', '__proto__', A, 'CA1'],
  ])('denies %s, as if it were not there', (_, caller, companyId, cardAccountId) => {
    expect(thrownBy(() => authorize(grants, caller, { companyId, cardAccountId }))).toMatchObject(denied);
  });

  test('a caller that is not listed has no grants', () => {
    expect([grantsOf(grants, 'toString'), grantsOf(grants, 'none')]).toStrictEqual([[], []]);
  });
});

describe('grantsSchema', () => {
  test.each([
    ['an empty list of card accounts, which would be unclear', { cardAccountIds: [] }, 'must not be empty'],
    ['a list that is none', { cardAccountIds: 'CA1' }, 'must be a list'],
    ['a company that is none', { companyId: '*' }, 'must be CEK and seven capital letters or digits'],
    ['a card account that is none', { cardAccountIds: ['*'] }, 'must be CA and 1 to 62 letters or digits'],
    ['a misspelt key, which would grant the whole company', { cardAccountIDs: ['CA1'] }, expect.any(String)],
    ['no partner', { partner: '' }, 'is empty'],
    ['a partner that is no text', { partner: 1 }, 'is needed'],
  ])('refuses %s, in words of its own', (_, change, message) => {
    const grant = { partner: 'one', companyId: A, ...change };
    expect(grantsSchema.safeParse({ alpha: { grants: [grant] } }).error?.issues).toMatchObject([{ message }]);
  });

  test('takes what synth writes', () => expect(grantsSchema.parse(grants)).toStrictEqual(grants));
});
