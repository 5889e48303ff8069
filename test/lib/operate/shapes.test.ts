import fc from 'fast-check';
import { expect, test } from 'vitest';
import { maskKey, shapeOf } from '../../../lib/operate/shapes.ts';
import fixture from '../../fixtures/card-account-get-success.json' with { type: 'json' };

test('shows every documented key and none of the values of the documented reply', () => {
  const shape = shapeOf(fixture);
  expect(shape).toContain('payload.availableBalance: number (whole)');
  expect(shape).toContain('payload.createdOn: string (yyyy-MM-dd HH:mm:ss)');
  expect(shape).toContain('payload.dpd: string (digits)');
  expect(shape.join()).not.toContain('*');
});

test('masks the words of a key that no documentation uses', () => {
  expect(maskKey('rewardWalletSummary')).toBe('reward*');
  expect(maskKey('Priya')).toBe('*');
  expect(maskKey('9876543210')).toBe('*');
  expect(maskKey('priya.k@example.com')).toBe('*.*.*');
  expect(maskKey('company_id_2')).toBe('company_id_*');
  expect(maskKey('x'.repeat(1_000_000))).toBe('*');
});

test('shows no value and no key of its own making of arbitrary JSON', () => {
  const secret = fc.stringMatching(/^[a-zA-Z0-9+/=@. _-]{0,30}Zq7x[0-9]{6}[a-zA-Z0-9+/=@. _-]{0,30}$/);
  const leaf = fc.oneof(secret, fc.double(), fc.boolean(), fc.constant(null));
  const value = fc.letrec((tie) => ({
    node: fc.oneof({ maxDepth: 6 }, leaf, fc.array(tie('node')), fc.dictionary(secret, tie('node'))),
  })).node;
  fc.assert(
    fc.property(value, (json) => {
      expect(shapeOf(json).join('\n')).not.toMatch(/Zq7x|\d{6}/);
    }),
    { numRuns: 1000 },
  );
});

test('stays small and ends for a deep, a wide and a long reply', () => {
  const deep = JSON.parse(`${'['.repeat(20_000)}${']'.repeat(20_000)}`);
  expect(shapeOf(deep).length).toBeLessThan(20);
  const wide = Object.fromEntries(
    Array.from({ length: 10_000 }, (_, index) => [`code_${'id_'.repeat(index % 20)}`, 1]),
  );
  expect(shapeOf(wide).length).toBeLessThanOrEqual(402);
  expect(shapeOf(Array.from({ length: 100_000 }, () => 1)).length).toBe(2);
});
