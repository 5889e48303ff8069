import { setTimeout as sleep } from 'node:timers/promises';
import { beforeEach, describe, expect, test } from 'vitest';
import type { RulesInput } from '../../../lib/alerts/rule.ts';
import { listAccounts } from '../../../lib/api/list-accounts.ts';
import { createAlertsStore } from '../../../lib/balances/alerts-store.ts';
import { eraseAccount } from '../../../lib/balances/erase.ts';
import { createKnownAccounts } from '../../../lib/balances/known-accounts.ts';
import { createLatestStore } from '../../../lib/balances/latest-store.ts';
import { createReadRows } from '../../../lib/balances/read-rows.ts';
import { createSlotStore } from '../../../lib/balances/slot-store.ts';
import type { Table } from '../../../lib/balances/table.ts';
import { createWatchQuota } from '../../../lib/balances/watch-quota.ts';
import { watchSpans } from '../../../lib/balances/watch-spans.ts';
import { createWatchStore } from '../../../lib/balances/watch-store.ts';
import { grantsSchema } from '../../../lib/grants.ts';
import { unwatch, watch } from '../../../lib/snapshots/watch-account.ts';
import { startTable } from '../../rigs/dynamo.ts';
import { accountNumber, measured, midnight, rule, rulesOf, snapshotWith } from '../../rigs/samples.ts';

const dynamo = await startTable();
const watches = createWatchStore(dynamo.table);
let number = 0;
let caller = '';
let account = accountNumber(0);
let now = midnight;

beforeEach(() => {
  number += 1;
  caller = `caller-${number}`;
  account = accountNumber(number);
  now = midnight;
});

const depsOver = (table: Table, maxWatched = 3) => ({
  watches: createWatchStore(table),
  known: createKnownAccounts(table),
  alerts: createAlertsStore(table),
  quota: createWatchQuota(table, () => now),
  maxWatched,
  gridMs: 1_000,
  now: () => now,
  sleep,
  random: Math.random,
  log: () => {},
});
const deps = (maxWatched = 3) => depsOver(dynamo.table, maxWatched);
const common = () => ({ require: () => {}, deadline: now + 9_000 });
const request = (of = account, rules?: RulesInput) => ({ account: of, partner: 'acme', caller, rules, ...common() });
const end = (of = account, by = deps()) => unwatch(by, { account: of, ...common() });

describe('watching an account', () => {
  test('takes nothing of the quota for a watch that could not be stored', async () => {
    const put = async () => {
      throw new Error('throttled');
    };
    const failing = { ...deps(), maxWatched: 1, watches: { ...watches, put } };
    for (let time = 0; time < 2; time += 1) await expect(watch(failing, request())).rejects.toThrow('throttled');
    expect((await watch({ ...deps(), maxWatched: 1 }, request())).created).toBe(true);
  });

  test('twice is the same as once, and the second time may change the rule', async () => {
    expect(await watch(deps(), request())).toMatchObject({ created: true, watch: { since: midnight } });
    now += 1_000;
    expect(await watch(deps(), request(account, { low: rule }))).toMatchObject({ created: false });
    const there = { start: midnight, end: null, rules: rulesOf(rule, now), edition: now };
    expect(await watches.get(account)).toMatchObject(there);
    now += 1_000;
    expect((await watch(deps(), request())).watch).toMatchObject(there);
    expect((await watch(deps(), request(account, { low: rule }))).watch).toMatchObject(there);
    expect((await watch(deps(), request(account, {}))).watch).toMatchObject({ rules: {}, edition: now });
  });

  test('ends, twice is the same as once, and keeps when it was', async () => {
    await end();
    await watch(deps(), request());
    now += 1_000;
    await end();
    now += 1_000;
    await end();
    expect(watchSpans(await watches.get(account))).toEqual([{ from: midnight, to: midnight + 1_000 }]);
    await watch(deps(), request());
    expect(watchSpans(await watches.get(account))).toEqual([
      { from: midnight, to: midnight + 1_000 },
      { from: midnight + 2_000, to: Number.POSITIVE_INFINITY },
    ]);
  });

  test('fault 6: stays small, and invents no time in which it was watched, however often it is ended and begun', async () => {
    const real: { from: number; to: number }[] = [];
    for (let index = 0; index < 90; index += 1) {
      await watch(deps(), request());
      const from = now;
      now += 60_000 + index * 1_000;
      await end();
      real.push({ from, to: now });
      now += 60_000;
      // Ended before the next slot: nothing was expected, so nothing is kept.
      await watch({ ...deps(), gridMs: 300_000 }, request());
      now += 500;
      await end();
      now += 500;
    }
    await watch(deps(), request());
    const spans = watchSpans(await watches.get(account)).slice(0, -1);
    expect(spans.length).toBeLessThanOrEqual(60);
    expect(real.map(({ from, to }) => `${from}-${to}`)).toEqual(
      expect.arrayContaining(spans.filter(({ from, to }) => to - from > 1_000).map(({ from, to }) => `${from}-${to}`)),
    );
  });

  test('is refused above maxWatched, whatever the order, and possible again after one is let go', async () => {
    const accounts = Array.from({ length: 6 }, (_, index) => accountNumber(number * 1_000 + index));
    const results = await Promise.allSettled(accounts.map((of) => watch(deps(), request(of))));
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(3);
    const refused = results.filter((result) => result.status === 'rejected');
    expect(refused.map(({ reason }) => reason.code)).toEqual(Array(3).fill('WATCH_LIMIT'));
    const kept = accounts[results.findIndex(({ status }) => status === 'fulfilled')] ?? account;
    await end(kept);
    expect(await watch(deps(), request(account))).toMatchObject({ created: true });
    await expect(watch(deps(), request(kept))).rejects.toMatchObject({ code: 'WATCH_LIMIT' });
  });

  test('counts once when two requests race or an acknowledgement is lost', async () => {
    const results = await Promise.all([1, 2, 3].map(() => watch(deps(3), request())));
    expect(results.filter(({ created }) => created)).toHaveLength(1);
    await expect(watch(deps(1), request(accountNumber(number + 5_000)))).rejects.toMatchObject({ code: 'WATCH_LIMIT' });
    await end();
    const losing: Table = {
      ...dynamo.table,
      put: async (...args) => (await dynamo.table.put(...args)) && !args[0].pk.startsWith('watch#'),
      update: async (...args) => {
        await dynamo.table.update(...args);
        return dynamo.table.update(...args);
      },
    };
    expect(await watch(depsOver(losing, 1), request())).toMatchObject({ created: true });
    await expect(watch(deps(1), request(accountNumber(number + 5_000)))).rejects.toMatchObject({ code: 'WATCH_LIMIT' });
    await end(account, depsOver(losing, 1));
    expect(await watch(deps(1), request(accountNumber(number + 5_000)))).toMatchObject({ created: true });
    await expect(watch(deps(1), request(accountNumber(number + 6_000)))).rejects.toMatchObject({ code: 'WATCH_LIMIT' });
  });
});

describe('the list of a company', () => {
  const company = { companyId: 'CEKLIST001' };
  const of = (cardAccountId: string) => ({ ...company, cardAccountId });
  const known = createKnownAccounts(dynamo.table);
  const readRows = createReadRows(dynamo.table);
  const list = (grants: object, limit = 100, after?: string) =>
    listAccounts({ grants: grantsSchema.parse(grants), known, readRows }, { caller: 'erp', ...company, limit, after });
  const whole = { erp: { grants: [{ partner: 'acme', ...company }] } };

  test('pages through the known accounts, each with its last balances or null', async () => {
    for (const id of ['CA3', 'CA1', 'CA2']) await known.add(of(id));
    await createLatestStore(dynamo.table).offer(of('CA2'), {
      slot: midnight,
      observedAt: midnight,
      snapshot: snapshotWith(7),
    });
    const first = await list(whole, 2);
    expect(
      first.items.map(({ account: { cardAccountId }, last }) => [cardAccountId, last?.snapshot.balances.available]),
    ).toEqual([
      ['CA1', undefined],
      ['CA2', 7],
    ]);
    const second = await list(whole, 2, first.next ?? undefined);
    expect(second).toMatchObject({ items: [{ account: of('CA3'), last: null }], next: null });
  });

  test('holds the granted accounts alone, known or not', async () => {
    const some = { erp: { grants: [{ partner: 'acme', ...company, cardAccountIds: ['CA9', 'CA2', 'CA5'] }] } };
    const { items, next } = await list(some, 2);
    expect(items.map(({ account: { cardAccountId } }) => cardAccountId)).toEqual(['CA2', 'CA5']);
    expect((await list(some, 2, next ?? '')).items.map(({ account: { cardAccountId } }) => cardAccountId)).toEqual([
      'CA9',
    ]);
  });

  test('of a company that is not granted is not there', async () => {
    await expect(list({ erp: { grants: [{ partner: 'acme', companyId: 'CEKOTHER01' }] } })).rejects.toThrow(
      'No such card account',
    );
  });
});

describe('erasure', () => {
  test('removes every row of the account and none of another', async () => {
    const other = accountNumber(number + 9_000);
    const slots = createSlotStore(dynamo.table, () => now);
    const latest = createLatestStore(dynamo.table);
    for (const each of [account, other]) {
      await watch(deps(), request(each));
      for (let index = 0; index < 60; index += 1) await slots.put(each, measured(midnight + index * 1_000, index));
      await latest.offer(each, { slot: null, observedAt: midnight, snapshot: snapshotWith(1) });
    }
    const erase = { client: dynamo.client, tableName: dynamo.tableName, table: dynamo.table, sleep };
    expect(await eraseAccount(erase, account)).toEqual({ rows: 63, watched: true, complete: true });
    expect(await eraseAccount(erase, account)).toEqual({ rows: 0, watched: false, complete: true });
    const span = { from: midnight, to: midnight + 100_000 };
    expect([
      await watches.get(account),
      (await slots.page(account, span)).rows,
      (await latest.get(account)).last,
    ]).toEqual([undefined, [], null]);
    expect((await slots.page(other, span)).rows).toHaveLength(60);
    await watch(deps(2), request());
  });
});
