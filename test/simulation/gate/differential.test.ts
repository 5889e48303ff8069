import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createLoginGateStore } from '../../../lib/login-gate/store.ts';
import { startTestTable } from '../../rigs/test-table.ts';
import { deploy } from './deployment.ts';
import { faultProfiles } from './faults.ts';
import { runProfile } from './judge.ts';
import { passwordProfiles } from './passwords.ts';
import { asDynamo, type Command, createMemoryDynamo, type Dynamo, type Send } from './table.ts';

let close = async (): Promise<unknown> => undefined;
let table: Dynamo;

beforeAll(async () => {
  const own = await startTestTable('partner');
  const rename = (input: object) => ({ ...input, TableName: own.tableName });
  table = {
    send: (command: Command) => own.client.send(Object.assign(command, { input: rename(command.input) }) as never),
  } as Dynamo;
  close = own.close;
});
afterAll(() => close());

/** The table, with keys of its own for each run: runs all call their items the same. */
let runs = 0;
function freshTable(): Send {
  runs += 1;
  const suffix = `-${runs}`;
  const renamed = (row: Record<string, unknown> | undefined, change: (key: string) => string) => {
    const key = row?.partner as { S: string } | undefined;
    return key ? { ...row, partner: { S: change(key.S) } } : row;
  };
  return async (command) => {
    const { Key, Item } = command.input as { Key?: Record<string, unknown>; Item?: Record<string, unknown> };
    const input = {
      ...command.input,
      ...(Key && { Key: renamed(Key, (key) => key + suffix) }),
      ...(Item && { Item: renamed(Item, (key) => key + suffix) }),
    };
    const { Item: found, ...rest } = (await table.send(
      new (command.constructor as new (input: object) => never)(input),
    )) as { Item?: Record<string, unknown> };
    return found ? { ...rest, Item: renamed(found, (key) => key.slice(0, -suffix.length)) } : {};
  };
}

describe('the table in memory and DynamoDB', () => {
  test('give the same answers to any sequence of reads and conditional writes', async () => {
    const step = fc.record({
      loginId: fc.constantFrom('a', 'b'),
      seen: fc.nat({ max: 3 }),
      count: fc.nat({ max: 3 }),
      fence: fc.nat({ max: 3 }),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 12 }), async (steps) => {
        const memory = createLoginGateStore(asDynamo(createMemoryDynamo().send), 'gate');
        const dynamo = createLoginGateStore(asDynamo(freshTable()), 'gate');
        for (const { loginId, seen, count, fence } of steps) {
          const item = { loginId, rev: seen + 1, minReader: 1, opened: true, failures: [{ pair: 'p', count }], fence };
          const whole = { ...item, proven: [], refused: [] };
          expect(await dynamo.replace(whole, seen)).toBe(await memory.replace(whole, seen));
          expect(await dynamo.read(loginId)).toEqual(await memory.read(loginId));
          const row = { loginId, fence, id: `token-${count}`, sealed: 'sealed' };
          expect(await dynamo.writeToken(row)).toBe(await memory.writeToken(row));
          expect(await dynamo.readToken(loginId)).toEqual(await memory.readToken(loginId));
        }
      }),
      { numRuns: 40 },
    );
  });

  const chosen = [...faultProfiles, ...passwordProfiles].filter((_, index) => process.env.PROVE || index % 3 === 0);
  test.each(chosen.map((profile) => ({ profile, name: profile.name })))(
    'let the fleet of «$name» live the same story',
    async ({ profile }) => {
      const inMemory = await runProfile(profile, 11, deploy);
      const onDynalite = await runProfile(profile, 11, deploy, (clock) => {
        const send = freshTable();
        return (command) => clock.external(() => send(command));
      });
      expect(onDynalite.run.trace).toEqual(inMemory.run.trace);
      expect(onDynalite.run.answers).toEqual(inMemory.run.answers);
    },
  );
});
