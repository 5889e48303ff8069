/** Seeded random numbers (mulberry32): the same seed gives the same run on every machine. */
export type Random = {
  (): number;
  /** Uniform between the bounds. */
  between(low: number, high: number): number;
  chance(probability: number): boolean;
};

export function createRandom(seed: number): Random {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
  return Object.assign(next, {
    between: (low: number, high: number) => low + next() * (high - low),
    chance: (probability: number) => probability > 0 && next() < probability,
  });
}

type Timer = { readonly at: number; readonly order: number; readonly run: () => void };

/** A clock that jumps from one timer to the next as soon as nothing is left to do. Times are epoch ms. */
export type Clock = {
  now(): number;
  after(ms: number, run: () => void): void;
  sleep(ms: number): Promise<void>;
  /** Real work (a database on this machine): time stands still until it is done, one piece after the other. */
  external<T>(work: () => Promise<T>): Promise<T>;
  /** Runs until the virtual instant, or until no timer is left. */
  runUntil(end: number): Promise<void>;
};

export function createClock(start = Date.UTC(2026, 0, 1)): Clock {
  const heap: Timer[] = [];
  let time = start;
  let order = 0;
  let busy: Promise<unknown> | undefined;

  function earlier(a: Timer | undefined, b: Timer | undefined): boolean {
    if (!a || !b) return a !== undefined;
    return a.at < b.at || (a.at === b.at && a.order < b.order);
  }

  function push(timer: Timer): void {
    let index = heap.push(timer) - 1;
    while (index > 0) {
      const parent = (index - 1) >> 1;
      if (!earlier(timer, heap[parent])) break;
      heap[index] = heap[parent] as Timer;
      index = parent;
    }
    heap[index] = timer;
  }

  function pop(): Timer | undefined {
    const first = heap[0];
    const last = heap.pop();
    if (!last || heap.length === 0) return first;
    let index = 0;
    for (;;) {
      const left = 2 * index + 1;
      const child = earlier(heap[left + 1], heap[left]) ? left + 1 : left;
      if (child >= heap.length || !earlier(heap[child], last)) break;
      heap[index] = heap[child] as Timer;
      index = child;
    }
    heap[index] = last;
    return first;
  }

  const after = (ms: number, run: () => void): void => {
    order += 1;
    push({ at: time + Math.max(0, ms), order, run });
  };

  return {
    now: () => time,
    after,
    sleep: (ms) => new Promise((resolve) => after(ms, resolve)),
    external(work) {
      const done = (busy ?? Promise.resolve()).then(work);
      const settled = done.then(
        () => undefined,
        () => undefined,
      );
      busy = settled;
      return done;
    },
    async runUntil(end) {
      await new Promise((resolve) => setImmediate(resolve));
      for (;;) {
        await drained();
        while (busy) {
          const waitedFor = busy;
          await waitedFor;
          if (busy === waitedFor) busy = undefined;
          await drained();
        }
        const next = heap[0];
        if (!next || next.at > end) break;
        pop();
        time = next.at;
        next.run();
      }
      time = Math.max(time, end);
    },
  };
}

/** A tick asked for by a promise's continuation comes when no promise can go on any more; it is ten times faster than a turn of the event loop. */
function drained(): Promise<void> {
  return new Promise((resolve) => process.nextTick(resolve));
}
