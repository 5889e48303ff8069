import { expect, test } from 'vitest';
import { createOperator } from '../../rigs/operate-setup.ts';

const open = { action: 'open', neverTried: true, requestId: 'request-one' };
const close = { action: 'close', requestId: 'request-two' };

test('the same request is answered with its first result, and carried out once', async () => {
  const { ask, stage } = createOperator({ isOpen: false });
  const first = await ask(open);
  expect(first).toMatchObject({ outcome: 'opened' });
  await ask(close);
  expect(await ask(open)).toEqual(first);
  expect(stage.item()).toMatchObject({ opened: false });
});

test('two of the same at once are carried out once; the second hears that it has begun', async () => {
  const { ask, stage } = createOperator({ isOpen: false });
  const [one, other] = await Promise.all([ask(open), ask(open)]);
  expect([one, other]).toMatchObject([{ outcome: 'opened' }, { outcome: 'began-before' }]);
  expect(stage.item()).toMatchObject({ rev: 1 });
});

test('an id that was used for something else does nothing, whatever the order of the keys', async () => {
  const { ask, stage } = createOperator();
  await ask(close);
  expect(await ask({ ...open, requestId: close.requestId })).toEqual({ action: 'none', outcome: 'request-id-used' });
  expect(await ask({ requestId: close.requestId, partner: 'acme', action: 'close' })).toMatchObject({
    outcome: 'closed',
  });
  expect(stage.item()).toMatchObject({ opened: false });
});

test('where requests cannot be noted, nothing is done', async () => {
  const { ask, stage, table } = createOperator();
  const requests = { ...table, put: () => Promise.reject(new Error('down')) };
  expect(await ask(close, { requests })).toEqual({ action: 'none', outcome: 'requests-unreachable' });
  expect(stage.item()).toMatchObject({ opened: true });
});

test('a note whose reply was lost, and that the SDK sent again, is its own: the request is carried out', async () => {
  const { ask, table } = createOperator();
  const requests: typeof table = {
    ...table,
    put: async (...args) => {
      await table.put(...args);
      return table.put(...args);
    },
  };
  expect(await ask(close, { requests })).toMatchObject({ outcome: 'closed' });
});

test('a result that could not be kept is given once, and never acted for again', async () => {
  const { ask, table } = createOperator();
  let writes = 0;
  const requests: typeof table = {
    ...table,
    put: (...args) => {
      writes += 1;
      return writes === 2 ? Promise.reject(new Error('down')) : table.put(...args);
    },
  };
  expect(await ask(close, { requests })).toMatchObject({ outcome: 'closed' });
  expect(await ask(close, { requests })).toEqual({ action: 'none', outcome: 'began-before' });
});

test('a row ends after a week, and holds no id of an account in the clear', async () => {
  const { ask, table, stage } = createOperator();
  const account = { companyId: 'CEKTEST001', cardAccountId: 'CATEST001', confirm: 'CATEST001' };
  const at = stage.clock.now();
  await ask({ action: 'erase', partner: undefined, ...account, requestId: 'request-three' });
  const row = table.partitions.get('operate#request-three')?.get('request');
  expect(row?.expiresAt).toBe(Math.ceil(at / 1000) + 7 * 86_400);
  expect(JSON.stringify(row)).not.toMatch(/CATEST|CEKTEST/);
});
