import type { GateItem, LoginGateStore } from '../../lib/login-gate/item.ts';
import type { Clock, Random } from './gate-clock.ts';

/** The table in memory: what DynamoDB promises, and nothing more. `gate-differential.test.ts` compares them. */
export function createMemoryStore(): LoginGateStore & { peek(partner: string): GateItem | undefined } {
  const items = new Map<string, GateItem>();
  return {
    peek: (partner) => items.get(partner),
    read: async (partner) => items.get(partner),
    async replace(item, seen) {
      if ((items.get(item.partner)?.rev ?? 0) !== seen) return false;
      items.set(item.partner, item);
      return true;
    },
  };
}

/** What happens to one attempt of the SDK; probabilities. */
export type StoreFaults = {
  readonly latencyMs: readonly [number, number];
  /** Answered with an error at once. */
  readonly throttled: number;
  /** Never arrives. */
  readonly requestLost: number;
  /** Done, but the answer never arrives. */
  readonly replyLost: number;
  /** Done seconds after the caller gave up. */
  readonly late: number;
};

export const calmStore: StoreFaults = { latencyMs: [2, 8], throttled: 0, requestLost: 0, replyLost: 0, late: 0 };

/** As in lib/live/enkash.ts: a second each, two attempts. */
const ATTEMPT_MS = 1_000;
const ATTEMPTS = 2;

/** The way to the table as the SDK client of one process sees it: attempts, time-outs, and answers that get lost. */
export function createStoreClient(
  clock: Clock,
  random: Random,
  table: LoginGateStore,
  faults: () => StoreFaults | 'down',
): LoginGateStore {
  async function attempt<T>(apply: () => Promise<T>): Promise<T> {
    const fault = faults();
    if (fault === 'down') {
      await clock.sleep(ATTEMPT_MS);
      throw new Error('time-out');
    }
    const there = random.between(...fault.latencyMs) / 2;
    const back = random.between(...fault.latencyMs) / 2;
    if (random.chance(fault.throttled)) {
      await clock.sleep(there + back);
      throw new Error('throttled');
    }
    if (random.chance(fault.late)) clock.after(random.between(ATTEMPT_MS, 4 * ATTEMPT_MS), () => void apply());
    else if (!random.chance(fault.requestLost)) {
      await clock.sleep(there);
      const answer = await apply();
      if (there + back < ATTEMPT_MS && !random.chance(fault.replyLost)) {
        await clock.sleep(back);
        return answer;
      }
    }
    await clock.sleep(ATTEMPT_MS - there);
    throw new Error('time-out');
  }

  async function send<T>(apply: () => Promise<T>): Promise<T> {
    for (let left = ATTEMPTS - 1; ; left -= 1) {
      try {
        return await attempt(apply);
      } catch (error) {
        if (left === 0) throw error;
        await clock.sleep(random.between(20, 100));
      }
    }
  }

  return {
    read: (partner) => send(() => table.read(partner)),
    replace: (item, seen) => send(() => table.replace(item, seen)),
  };
}
