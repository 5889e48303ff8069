import { QueryCommand } from '@aws-sdk/client-dynamodb';
import { expect, test } from 'vitest';
import { queries } from '../../../lib/balances/keys.ts';
import { createReadingsStore } from '../../../lib/balances/readings-store.ts';
import { createTable, type Table } from '../../../lib/balances/table.ts';
import { createTimetableStore } from '../../../lib/balances/timetable-store.ts';
import { createMemoryTable } from '../../rigs/memory-table.ts';
import { quarterHours } from '../../rigs/samples.ts';

test.each([true, false])('a query that is consistent: %s reaches DynamoDB as such', async (consistent) => {
  const asked: unknown[] = [];
  const client = {
    async send(command: unknown) {
      if (command instanceof QueryCommand) asked.push(command.input.ConsistentRead);
      return { Items: [] };
    },
  };
  const table = createTable({ client: client as never, tableName: 'balances', sleep: async () => {} });
  await table.query(queries.timetables(), { consistent });
  await table.query(queries.timetables());
  expect(asked).toEqual([consistent, false]);
});

/** A table whose usual queries do not see what was written since it was made. */
function lagging(): Table {
  const table = createMemoryTable();
  const query: Table['query'] = async (of, options) =>
    options?.consistent ? table.query(of, options) : { items: [], after: undefined };
  return { ...table, query };
}

test('a timetable, and an outage of a partner, are known as soon as they are noted', async () => {
  const table = lagging();
  const timetables = createTimetableStore(table);
  await timetables.begin({ from: 0, timetable: quarterHours });
  expect(await timetables.eras()).toEqual([{ from: 0, timetable: quarterHours }]);

  const readings = createReadingsStore(table);
  await readings.notePartner('acme');
  await readings.begin({ partner: 'acme', companyId: 'CEKTEST001' }, 1_000);
  expect(await readings.partners()).toEqual(['acme']);
  expect(await readings.outages('acme')).toMatchObject([{ companyId: 'CEKTEST001', slot: 1_000 }]);
});

test('whoever still holds an outage that has ended changes nothing of the one that began after it', async () => {
  const readings = createReadingsStore(createMemoryTable());
  const company = { partner: 'acme', companyId: 'CEKTEST001' };
  const first = await readings.begin(company, 1_000);
  if (!first) throw new Error('not begun');
  expect(await readings.end(first, 2_000)).toBe(true);
  await readings.forget(first);
  await readings.begin(company, 3_000);

  await readings.told(first);
  expect(await readings.end(first, 4_000)).toBe(false);
  await readings.forget(first);
  expect(await readings.outages('acme')).toEqual([
    { ...company, slot: 3_000, last: 3_000, isTold: false, endedBy: null },
  ]);
});
