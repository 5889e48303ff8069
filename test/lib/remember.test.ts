import { describe, expect, test } from 'vitest';
import { createMemory } from '../../lib/remember.ts';
import { rejectionOf } from '../rigs/enkash-sample.ts';

function counted(fail: (nth: number) => boolean = () => false) {
  const clock = { ms: 0 };
  let loads = 0;
  const memory = createMemory<number>(() => clock.ms);
  const load = async (): Promise<number> => {
    loads += 1;
    const nth = loads;
    await Promise.resolve();
    if (fail(nth)) throw new Error(`load ${nth}`);
    return nth;
  };
  const remembered = {
    get: (maxAgeMs = 1_000) => memory.get('one', load, maxAgeMs),
    peek: (maxAgeMs: number) => memory.peek('one', maxAgeMs),
  };
  return { clock, memory, load, remembered, loads: () => loads };
}

describe('a memory', () => {
  test('loads once while the value is young, and again when it is as old as the limit', async () => {
    const { clock, remembered } = counted();
    expect(await remembered.get()).toBe(1);
    clock.ms = 999;
    expect(await remembered.get()).toBe(1);
    clock.ms = 1_000;
    expect(await remembered.get()).toBe(2);
  });

  test('takes a caller who wants it younger', async () => {
    const { clock, remembered } = counted();
    await remembered.get();
    clock.ms = 100;
    expect(await remembered.get(101)).toBe(1);
    expect(await remembered.get(100)).toBe(2);
  });

  test('shares one load among all who ask at once', async () => {
    const { remembered, loads } = counted();
    expect(await Promise.all([remembered.get(), remembered.get(), remembered.get()])).toStrictEqual([1, 1, 1]);
    expect(loads()).toBe(1);
  });

  test('shares no load that began longer ago than the caller takes: the process may have been frozen since', async () => {
    const clock = { ms: 0 };
    const memory = createMemory<string>(() => clock.ms);
    const loads: ((value: string) => void)[] = [];
    const load = () => new Promise<string>((resolve) => void loads.push(resolve));
    const before = memory.get('one', load, 5_000);
    clock.ms = 5_000;
    const after = memory.get('one', load, 5_000);
    loads[1]?.('new');
    loads[0]?.('old');
    expect([await before, await after]).toStrictEqual(['old', 'new']);
    expect(memory.peek('one')).toBe('new');
  });

  test('forgets a failed load, for all who waited, and keeps the value before it', async () => {
    const { clock, remembered } = counted((nth) => nth === 2);
    await remembered.get();
    clock.ms = 1_000;
    const [first, second] = [remembered.get(), remembered.get()];
    expect(await rejectionOf(first)).toMatchObject({ message: 'load 2' });
    expect(await rejectionOf(second)).toMatchObject({ message: 'load 2' });
    expect(remembered.peek(1_001)).toBe(1);
    expect(await remembered.get()).toBe(3);
  });

  test('peek never loads, and shows nothing that is too old', async () => {
    const { clock, remembered, loads } = counted();
    expect(remembered.peek(10_000)).toBeUndefined();
    expect(loads()).toBe(0);
    await remembered.get();
    clock.ms = 500;
    expect([remembered.peek(501), remembered.peek(500)]).toStrictEqual([1, undefined]);
  });

  test('age counts from the start of a load, so that a slow one is not younger than what it saw', async () => {
    const clock = { ms: 0 };
    const memory = createMemory<number>(() => clock.ms);
    const slow = async () => {
      clock.ms += 900;
      return clock.ms;
    };
    await memory.get('one', slow, 1_000);
    clock.ms += 100;
    expect(await memory.get('one', slow, 1_000)).toBe(1_900);
  });

  test('keeps names apart, their loads under way too', async () => {
    const { memory, load, loads } = counted();
    const [one, two] = [memory.get('one', load, 1), memory.get('two', load, 1)];
    expect([await one, await two, loads()]).toStrictEqual([1, 2, 2]);
    expect([memory.peek('one'), memory.peek('two'), memory.peek('three')]).toStrictEqual([1, 2, undefined]);
  });

  test('is bounded, and what was used longest ago goes first', () => {
    const memory = createMemory<number>(() => 0, 2);
    memory.set('a', 1);
    memory.set('b', 2);
    memory.peek('a');
    memory.set('c', 3);
    expect([memory.peek('a'), memory.peek('b'), memory.peek('c')]).toEqual([1, undefined, 3]);
  });
});
