import { BatchWriteItemCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { toAttributeValues } from '../../lib/balances/codec.ts';
import { type DayRow, dayAttributes } from '../../lib/balances/day-row.ts';
import { keys } from '../../lib/balances/keys.ts';
import { VERSION } from '../../lib/balances/row.ts';
import { forEachLimit, inBatches } from '../../lib/batches.ts';
import { daySpan, daysBetween } from '../../lib/calendar.ts';
import { startStage } from '../local/stage.ts';
import { fetchToken } from '../local/stage-client.ts';

export const company = 'CEKTEST001';
const days = daysBetween('2026-03-01', '2026-03-31');
const ids = Array.from({ length: 200 }, (_, index) => `CABULK${String(index).padStart(3, '0')}`);
const balances = (available: number) => ({ available, availableOnCards: null, usedCredit: -125_075, creditLimit: 0 });

/** A day with one failed slot, or with no balance at all. */
function dayRow(day: string, missing: boolean): DayRow {
  const range = {
    ...{ open: balances(100), close: balances(-123_456), min: balances(-123_456), max: balances(100) },
    movements: { increase: balances(0), decrease: balances(123_556), complete: false },
    closeSlot: daySpan(day).from,
    observedAt: daySpan(day).from + 1_000,
  };
  const coverage = { expected: 96, measured: missing ? 0 : 95, failed: 1, missed: missing ? 95 : 0 };
  return { day, coverage, range: missing ? null : range };
}

/** A local stage with March 2026 of 200 accounts, the fourth day of each without a balance. */
export async function startMonthStage() {
  const stage = await startStage({ env: process.env });
  const token = await fetchToken(stage.tokenUrl, stage.callers[0]);
  const client = new DynamoDBClient({});
  const tableName = stage.environment.BALANCES_TABLE;
  const rows = ids.flatMap((cardAccountId) => {
    const account = { companyId: company, cardAccountId };
    const known = { ...keys.known(account), v: VERSION, company: 'Test Rewards', title: '=1+1' };
    return [
      known,
      ...days.map((day, index) => ({ ...keys.day(account, day), ...dayAttributes(dayRow(day, index === 3)) })),
    ];
  });
  await forEachLimit(inBatches(rows, 25), 4, async (batch) => {
    const puts = batch.map((row) => ({ PutRequest: { Item: toAttributeValues(row) } }));
    await client.send(new BatchWriteItemCommand({ RequestItems: { [tableName]: puts } }));
  });
  client.destroy();
  const get = (url: string, accept = 'text/csv') =>
    fetch(new URL(url, stage.url), { headers: { accept, authorization: `Bearer ${token}` } });
  return {
    stage,
    get,
    month: () => get(`/v1/companies/${company}/balances?from=2026-03-01&to=2026-04-01`),
    close: () => stage.close(),
  };
}
export type MonthStage = Awaited<ReturnType<typeof startMonthStage>>;
