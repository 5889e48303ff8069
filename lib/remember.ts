export type Remembered<T> = {
  /** The value, at most `maxAgeMs` old; concurrent callers share one load, and a failed load is forgotten. */
  get(maxAgeMs?: number): Promise<T>;
  /** The last loaded value if it is younger than `maxAgeMs`, without loading. */
  peek(maxAgeMs: number): T | undefined;
};

/** A remembered async value: single-flight, with an age limit in milliseconds. Age counts from the start of the load. */
export function remember<T>(load: () => Promise<T>, ageLimitMs: number, now: () => number): Remembered<T> {
  let held: { value: T; at: number } | undefined;
  let pending: Promise<T> | undefined;

  const start = (): Promise<T> => {
    const at = now();
    pending = load()
      .then((value) => {
        held = { value, at };
        return value;
      })
      .finally(() => {
        pending = undefined;
      });
    return pending;
  };

  return {
    async get(maxAgeMs = ageLimitMs) {
      if (held && now() - held.at < maxAgeMs) return held.value;
      return pending ?? start();
    },
    peek: (maxAgeMs) => (held && now() - held.at < maxAgeMs ? held.value : undefined),
  };
}
