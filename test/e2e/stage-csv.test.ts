import { afterAll, beforeAll, expect, test } from 'vitest';
import { createClient } from '../../lib/client/client.ts';
import { company, type MonthStage, startMonthStage } from '../rigs/month-stage.ts';

let month: MonthStage;
beforeAll(async () => {
  month = await startMonthStage();
});
afterAll(() => month?.close());

const path = `/v1/companies/${company}/balances`;
const get = (url: string, accept = 'text/csv') => month.get(url, accept);

test('a month of 200 accounts comes in one request, every day with its state', async () => {
  await get(`${path}?from=2026-03-01&to=2026-03-02`);
  const started = performance.now();
  const answer = await get(`${path}?from=2026-03-01&to=2026-04-01`);
  const bytes = Buffer.from(await answer.arrayBuffer());
  const elapsed = performance.now() - started;
  console.log(`200 accounts x 31 days as CSV: ${elapsed.toFixed(0)} ms, ${bytes.length} bytes`);
  expect(answer.status).toBe(200);
  expect(answer.headers.get('content-type')).toMatch(/^text\/csv; charset=utf-8/);
  expect(answer.headers.get('vary')).toBe('Accept');
  expect(answer.headers.get('link')).toBeNull();
  expect([...bytes.subarray(0, 3)]).toEqual([0xef, 0xbb, 0xbf]);
  const lines = bytes.toString().split('\r\n').slice(0, -1);
  expect(lines).toHaveLength(1 + 200 * 31);
  expect(lines[1]).toMatch(
    /^CEKTEST001,CABULK000,2026-03-01,measured,2026-02-28T18:30:01.000Z,2026-03-01T00:00:01\+05:30,/,
  );
  expect(lines[1]).toContain(',1.00,,-1250.75,0.00,-1234.56,,-1250.75,0.00,');
  expect(lines[4]).toMatch(/^CEKTEST001,CABULK000,2026-03-04,failed,,,+false,96,0,1,95$/);
});

test('the next page is linked, and pages put together are the whole', async () => {
  const rows: string[] = [];
  let next: string | undefined = `${path}?from=2026-03-01&to=2026-03-02&limit=80`;
  let pages = 0;
  while (next !== undefined) {
    const answer: Response = await get(next);
    rows.push(...(await answer.text()).split('\r\n').slice(1, -1));
    pages += 1;
    const link: string | undefined = /^<([^>]+)>; rel="next"$/.exec(answer.headers.get('link') ?? '')?.[1];
    next = link === undefined ? undefined : new URL(link, answer.url).href;
  }
  expect(pages).toBe(3);
  expect(new Set(rows).size).toBe(200);
});

test('JSON says the same, page by page through the client', async () => {
  const { stage } = month;
  const { clientId, clientSecret } = stage.callers[0];
  const client = createClient({ url: stage.url, tokenUrl: stage.tokenUrl, clientId, clientSecret });
  const items = [];
  for await (const item of client.listCompanyDays(company, { from: '2026-03-01', to: '2026-03-03' })) items.push(item);
  expect(items).toHaveLength(400);
  expect(items[0]).toMatchObject({ companyId: company, cardAccountId: 'CABULK000', close: { available: '-1234.56' } });
});

test('an account of its own gives slots and days as CSV as well', async () => {
  const account = `/v1/companies/${company}/card-accounts/CABULK001/balances?from=2026-03-01&to=2026-04-01`;
  const asDays = await (await get(`${account}&interval=day`)).text();
  expect(asDays.split('\r\n')).toHaveLength(1 + 31 + 1);
  const asSlots = await (await get(account)).text();
  const columns = [
    'slot,slotIst,status,reason,observedAt,available,availableOnCards,usedCredit,creditLimit,cards.total,cards.active',
    'points.allocated,points.redeemed,points.allocatedThisMonth,points.redeemedThisMonth',
  ];
  expect(asSlots).toBe(`${columns.join()}\r\n`);
  expect((await get(account, 'application/json')).headers.get('content-type')).toBe('application/json');
});

test.each([
  ['a span of more than 31 days', '?from=2026-03-01&to=2026-04-02', 400],
  ['a span that ends before it begins', '?from=2026-03-02&to=2026-03-01', 400],
  ['an instant where days are meant', '?from=2026-03-01T00:00:00Z', 400],
  ['a page too large for JSON', '?limit=101', 400],
  ['a cursor that is none', '?cursor=abc', 400],
])('%s is refused', async (_, query, status) => {
  expect((await get(path + query, 'application/json')).status).toBe(status);
});

test('a company without a grant is not there', async () => {
  expect((await get('/v1/companies/CEKTEST009/balances')).status).toBe(404);
});
