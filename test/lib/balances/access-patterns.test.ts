import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { keys, queries, SHARDS } from '../../../lib/balances/keys.ts';
import { accountNumber, midnight } from '../../rigs/samples.ts';

const root = join(import.meta.dirname, '..', '..', '..');

function sources(...folders: string[]): { path: string; text: string }[] {
  return folders
    .flatMap((folder) =>
      readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' }).map((name) => join(folder, name)),
    )
    .filter((path) => path.endsWith('.ts'))
    .map((path) => ({ path, text: readFileSync(join(root, path), 'utf8') }));
}

const scans = /\b(?:Parallel)?Scan(?:Command|Input)\b|\bpaginateScan\b|dynamodb:(?:PartiQL\w*|Scan)|\bExecuteStatement/;

describe('access to the tables', () => {
  test('never scans', () => {
    expect(scans.test("import { ScanCommand } from '@aws-sdk/client-dynamodb'")).toBe(true);
    expect(scans.test("actions: ['dynamodb:Scan']")).toBe(true);
    const found = sources('lib', 'functions', 'infra').filter(({ text }) => scans.test(text));
    expect(found.map(({ path }) => path)).toEqual([]);
  });

  test('has every key and every key condition in one file', () => {
    const conditions = /begins_with|BETWEEN :|pk = :|['"`](?:account|watch|company|caller)#/;
    const found = sources('lib', 'functions').filter(({ text }) => conditions.test(text));
    expect(found.map(({ path }) => path)).toEqual(['lib/balances/keys.ts']);
  });

  test('always names one whole partition key', () => {
    const account = accountNumber(1);
    const span = { from: midnight, to: midnight + 1 };
    const all = [
      queries.slots(account, span),
      queries.slotsUpTo(account, midnight),
      queries.days(account, '2026-11-23', '2026-11-24'),
      queries.account(account),
      queries.shard(3),
      queries.company(account.companyId),
      queries.slotRuns(span),
      queries.dayRuns('2026-11-23', '2026-11-24'),
      queries.events('CEKTEST001', '2026-11-25', 'a', 'b'),
      queries.timetables(),
      queries.jobs('close', '2026-11-25T06:30:00Z'),
      queries.outages('acme'),
      queries.outagePartners(),
    ];
    expect(all).toHaveLength(Object.keys(queries).length);
    for (const { condition, values } of all) {
      expect(condition).toMatch(/^pk = :pk( AND sk BETWEEN :first AND :last)?$/);
      expect(Object.keys(values).sort()).toEqual(condition.match(/:\w+/g)?.sort());
    }
  });

  test('spreads the registry evenly, so that no partition key takes a burst of writes alone', () => {
    const shards = Map.groupBy(
      Array.from({ length: 16_000 }, (_, index) => keys.watch(accountNumber(index)).pk),
      (pk) => pk,
    );
    expect(shards.size).toBe(SHARDS);
    for (const [, members] of shards) expect(Math.abs(members.length - 1_000)).toBeLessThan(150);
  });
});
