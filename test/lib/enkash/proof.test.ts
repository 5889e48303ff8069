import { expect, test } from 'vitest';
import { proveOutputKeys, proveSpoiltReplies } from '../../rigs/enkash-proof.ts';

test('arbitrary upstream payloads leave within the contract, card numbers masked, no card token (R13, reduced)', async () => {
  expect(await proveOutputKeys(1_000)).toMatchObject({ id: 'R13', ok: true });
});

test('no reply under a wrong key or corrupted is accepted, none crashes the read path (R14, reduced)', async () => {
  expect(await proveSpoiltReplies(1_000)).toMatchObject({
    id: 'R14',
    ok: true,
    measured: '0 accepted, 0 crashes',
  });
});
