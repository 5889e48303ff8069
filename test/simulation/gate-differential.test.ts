import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createLoginGate } from '../../lib/login-gate/gate.ts';
import type { LoginGateStore } from '../../lib/login-gate/item.ts';
import { emptyItem } from '../../lib/login-gate/rules.ts';
import { createLoginGateStore } from '../../lib/login-gate/store.ts';
import { createMemoryStore } from '../rigs/gate-store.ts';
import { startTestTable } from '../rigs/test-table.ts';
import { runProfile } from './gate-judge.ts';
import { allProfiles } from './gate-proof.ts';

let close = async (): Promise<unknown> => undefined;
let table: LoginGateStore;

beforeAll(async () => {
  const own = await startTestTable('partner');
  table = createLoginGateStore(own.client, own.tableName);
  close = own.close;
});
afterAll(() => close());

/** The table, with an item of its own for each run: runs all call their partner the same. */
let runs = 0;
function freshTable(): LoginGateStore {
  runs += 1;
  const suffix = `-${runs}`;
  return {
    async read(partner) {
      const item = await table.read(partner + suffix);
      return item && { ...item, partner };
    },
    replace: (item, seen) => table.replace({ ...item, partner: item.partner + suffix }, seen),
  };
}

describe('the table in memory and DynamoDB', () => {
  test('give the same answers to any sequence of reads and conditional writes', async () => {
    const step = fc.record({
      partner: fc.constantFrom('a', 'b'),
      seen: fc.nat({ max: 3 }),
      failures: fc.nat({ max: 3 }),
      lease: fc.boolean(),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 12 }), async (steps) => {
        const memory = createMemoryStore();
        const dynamo = freshTable();
        for (const { partner, seen, failures, lease } of steps) {
          const item = {
            ...emptyItem(partner),
            rev: seen + 1,
            failures,
            ...(lease && { lease: { owner: 'p', fence: 1, since: 1, until: 2.5, versionId: 'v', allowed: false } }),
          };
          expect(await dynamo.replace(item, seen)).toBe(await memory.replace(item, seen));
          expect(await dynamo.read(partner)).toEqual(await memory.read(partner));
        }
      }),
      { numRuns: 40 },
    );
  });

  const chosen = allProfiles.filter((_, index) => process.env.PROVE || index % 3 === 0);
  test.each(chosen.map((profile) => ({ profile, name: profile.name })))(
    'let the fleet of «$name» live the same story',
    async ({ profile }) => {
      const inMemory = await runProfile(profile, 11, createLoginGate);
      const onDynalite = await runProfile(profile, 11, createLoginGate, (clock) => {
        const dynamo = freshTable();
        return {
          read: (partner) => clock.external(() => dynamo.read(partner)),
          replace: (item, seen) => clock.external(() => dynamo.replace(item, seen)),
        };
      });
      expect(onDynalite.run.trace).toEqual(inMemory.run.trace);
      expect(onDynalite.run.answers).toEqual(inMemory.run.answers);
    },
  );
});
