import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { judgeReply } from '../../../lib/enkash/judge.ts';
import type { TransportResult } from '../../../lib/enkash/transport.ts';
import { AccountNotFoundError, AppError, UpstreamError } from '../../../lib/errors.ts';
import { cipher, reply, success } from '../../rigs/enkash-sample.ts';

const now = Date.parse('2026-01-01T00:00:00Z');
const read = (account: object): object => account;
const judge = (result: TransportResult, notFoundCodes: readonly number[] = []) =>
  judgeReply(result, { cipher, notFoundCodes, now, read });

describe('judgeReply', () => {
  test('lets a defect of ours through, for it is not a reply of EnKash', () => {
    const defect = new TypeError('defect');
    const faulty = {
      ...cipher,
      decrypt: () => {
        throw defect;
      },
    };
    const run = () => judgeReply(reply({ request: 'AAAA' }), { cipher: faulty, notFoundCodes: [], now, read });
    expect(run).toThrow(defect);
  });

  test('any status with any body is judged, with an error of ours or a payload', () => {
    const body = fc.oneof(fc.json(), fc.string(), fc.constant(JSON.stringify(success)));
    fc.assert(
      fc.property(fc.integer({ min: 200, max: 599 }), body, fc.option(fc.string()), (status, text, retryAfter) => {
        const judgement = judge(reply(text, { status, ...(retryAfter === null ? {} : { retryAfter }) }));
        if (judgement.kind === 'payload') expect(status).toBeLessThan(300);
        if (judgement.kind === 'token-refused') expect(status).toBe(401);
        if (judgement.kind !== 'failure') return;
        expect(judgement.error).toBeInstanceOf(AppError);
        expect(judgement.error instanceof UpstreamError || judgement.error instanceof AccountNotFoundError).toBe(true);
      }),
      { numRuns: 2_000 },
    );
  });
});
