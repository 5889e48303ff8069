/** Values of async loads by name; the one used longest ago goes first. */
export type Memory<T> = {
  /** The value, if its load began less than `maxAgeMs` ago; otherwise loads. Who asks meanwhile shares the load; a failed one is forgotten. */
  get(name: string, load: () => Promise<T>, maxAgeMs: number): Promise<T>;
  /** The value if it is there and its load began less than `maxAgeMs` ago; never loads. @default any age */
  peek(name: string, maxAgeMs?: number): T | undefined;
  set(name: string, value: T): void;
};

/** The largest values are full accounts of about 8 kB: at most 4 MB. */
const MOST = 500;

/** @param now epoch ms. @param most values to hold; with one more, the one used longest ago goes */
export function createMemory<T>(now: () => number, most = MOST): Memory<T> {
  const entries = new Map<string, { readonly value: T; readonly since: number }>();
  const pending = new Map<string, { readonly load: Promise<T>; readonly since: number }>();

  function keep(name: string, value: T, since: number): void {
    if ((entries.get(name)?.since ?? since) > since) return;
    entries.delete(name);
    entries.set(name, { value, since });
    const [oldest] = entries.keys();
    if (entries.size > most && oldest !== undefined) entries.delete(oldest);
  }

  function peek(name: string, maxAgeMs = Number.POSITIVE_INFINITY): T | undefined {
    const entry = entries.get(name);
    if (!entry || now() - entry.since >= maxAgeMs) return undefined;
    keep(name, entry.value, entry.since);
    return entry.value;
  }

  function start(name: string, load: () => Promise<T>): Promise<T> {
    const since = now();
    const started = load()
      .then((value) => {
        keep(name, value, since);
        return value;
      })
      .finally(() => {
        if (pending.get(name)?.since === since) pending.delete(name);
      });
    pending.set(name, { load: started, since });
    return started;
  }

  return {
    async get(name, load, maxAgeMs) {
      // A load that began before a freeze may bring a value of then.
      const underWay = pending.get(name);
      const shared = underWay && now() - underWay.since < Math.max(maxAgeMs, 1) ? underWay.load : undefined;
      return peek(name, maxAgeMs) ?? shared ?? start(name, load);
    },
    peek,
    set: (name, value) => keep(name, value, now()),
  };
}
