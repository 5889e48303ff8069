import { expect, test } from 'vitest';
import { CredentialsError, UpstreamError } from '../../../lib/errors.ts';
import { slotText } from '../../../lib/instants.ts';
import { createMemoryTable } from '../../rigs/memory-table.ts';
import { account, midnight } from '../../rigs/samples.ts';
import { createWorker } from '../../rigs/worker.ts';

test.each([
  [new UpstreamError('UPSTREAM_MISMATCH', { step: 'echo' }), 'error', { outcome: 'UPSTREAM_MISMATCH', step: 'echo' }],
  [
    new UpstreamError('UPSTREAM_UNREADABLE', { step: 'schema', paths: ['availableBalance: string'] }),
    'warn',
    { outcome: 'UPSTREAM_UNREADABLE', step: 'schema', paths: ['availableBalance: string'] },
  ],
  [
    new UpstreamError('UPSTREAM_UNAVAILABLE', { reason: 'not-the-api', upstreamStatus: 404, retryAfterSeconds: 1 }),
    'warn',
    { outcome: 'UPSTREAM_UNAVAILABLE', reason: 'not-the-api', upstreamStatus: 404 },
  ],
  [new CredentialsError('not-filled'), 'warn', { outcome: 'CREDENTIALS_UNAVAILABLE', reason: 'not-filled' }],
])('a snapshot that failed by %o says so in the words of an audit line', async (error, level, words) => {
  const worker = createWorker(createMemoryTable());
  worker.world.available = () => {
    throw error;
  };
  await worker.take([{}]);
  expect(worker.world.lines.map((line): unknown => JSON.parse(line))).toEqual([
    { level, event: 'snapshot', partner: 'acme', ...account, slot: slotText(midnight), ...words },
  ]);
});
