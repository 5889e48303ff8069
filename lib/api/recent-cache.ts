/** Values of recent use by name; the one used longest ago goes first. */
export type Recent<T> = {
  get(name: string): T | undefined;
  set(name: string, value: T): void;
  /** Loads and remembers; those who ask while a load is under way share it, and a failed one is forgotten. */
  load(name: string, load: () => Promise<T>): Promise<T>;
};

/** A summary is about 600 bytes and a full account 8 kB: at most 4 MB. */
const MOST = 500;

/** @param most values to hold; with one more, the one used longest ago goes */
export function createRecent<T>(most = MOST): Recent<T> {
  const held = new Map<string, T>();
  const pending = new Map<string, Promise<T>>();

  function set(name: string, value: T): void {
    held.delete(name);
    held.set(name, value);
    const [oldest] = held.keys();
    if (held.size > most && oldest !== undefined) held.delete(oldest);
  }

  return {
    set,
    get(name) {
      const value = held.get(name);
      if (value !== undefined) set(name, value);
      return value;
    },
    load(name, load) {
      const running = pending.get(name);
      if (running) return running;
      const started = load()
        .then((value) => {
          set(name, value);
          return value;
        })
        .finally(() => pending.delete(name));
      pending.set(name, started);
      return started;
    },
  };
}
