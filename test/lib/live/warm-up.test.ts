import { describe, expect, test } from 'vitest';
import { createHandler as createBatch } from '../../../functions/batch-get-card-accounts.ts';
import { createHandler as createGet } from '../../../functions/get-card-account.ts';
import { createHandler as createDropIn } from '../../../functions/get-card-account-drop-in.ts';
import type { ApiHandler } from '../../../lib/api/api-handler.ts';
import { batchGetCardAccounts } from '../../../lib/api/routes/batch-get-card-accounts.ts';
import { getCardAccount } from '../../../lib/api/routes/get-card-account.ts';
import { getCardAccountDropIn } from '../../../lib/api/routes/get-card-account-drop-in.ts';
import { warmUp } from '../../../lib/live/warm-up.ts';
import { context, startHandlers } from '../../rigs/function-rig.ts';

describe('warmUp', () => {
  test.each([
    ['get-card-account', createGet, getCardAccount],
    ['its drop-in', createDropIn, getCardAccountDropIn],
    ['the batch', createBatch, batchGetCardAccounts],
  ])('rehearses one whole good answer of %s, without EnKash, log or metric', async (_, createHandler, route) => {
    const { deps, lines, upstreamCalls } = startHandlers();
    const statuses: number[] = [];
    const prepared: string[] = [];
    const enkash = { ...deps.enkash, prepare: async (partners: readonly string[]) => void prepared.push(...partners) };
    const given = { ...deps, enkash };
    const watched = (inner: typeof given): ApiHandler => {
      const handler = createHandler(inner);
      return async (event) => {
        const answer = await handler(event, context);
        statuses.push(answer.statusCode);
        return answer;
      };
    };
    expect(await warmUp(given, watched, route)).toBe(given);
    expect([statuses, prepared, lines, upstreamCalls()]).toStrictEqual([[200], ['acme'], [], 0]);
  });

  test('gives up after two seconds on a partner that cannot be prepared, and survives one that fails', async () => {
    const { deps } = startHandlers();
    const started = Date.now();
    const hanging = { ...deps, enkash: { ...deps.enkash, prepare: () => new Promise<void>(() => {}) } };
    expect(await warmUp(hanging, createGet, getCardAccount)).toBe(hanging);
    expect(Date.now() - started).toBeGreaterThanOrEqual(1_900);
    expect(Date.now() - started).toBeLessThan(4_000);
    const failing = { ...deps, enkash: { ...deps.enkash, prepare: () => Promise.reject(new Error('x')) } };
    expect(await warmUp(failing, createGet, getCardAccount)).toBe(failing);
  });
});
