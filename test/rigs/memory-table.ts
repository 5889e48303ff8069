import type { Attributes, Item } from '../../lib/balances/codec.ts';
import type { Condition, Table } from '../../lib/balances/table.ts';

/** The balances table in memory; `test/lib/balances/table.test.ts` holds it to what DynamoDB does. */
export type MemoryTable = Table & {
  readonly partitions: Map<string, Map<string, Item>>;
  readonly counts: { get: number; batchGet: number; query: number; put: number; update: number };
};

export function createMemoryTable(): MemoryTable {
  const partitions = new Map<string, Map<string, Item>>();
  const counts = { get: 0, batchGet: 0, query: 0, put: 0, update: 0 };
  const find = ({ pk, sk }: { pk: string; sk: string }): Item | undefined => partitions.get(pk)?.get(sk);
  const store = (pk: string, sk: string, item: Item): void => {
    const partition = partitions.get(pk) ?? new Map<string, Item>();
    partitions.set(pk, partition);
    partition.set(sk, item);
  };

  return {
    partitions,
    counts,
    async get(key) {
      counts.get += 1;
      return find(key);
    },
    async batchGet(keys) {
      const unique = new Map(keys.map((key) => [`${key.pk} ${key.sk}`, key]));
      counts.batchGet += Math.ceil(unique.size / 100);
      return [...unique.values()].map(find).filter((item) => item !== undefined);
    },
    async query({ values }, { limit, backwards = false, after, only } = {}) {
      counts.query += 1;
      const { ':pk': pk = '', ':first': first, ':last': last } = values;
      const ordered = [...(partitions.get(pk) ?? [])]
        .filter(([sk]) => (first === undefined || sk >= first) && (last === undefined || sk <= last))
        .sort(([a], [b]) => (a < b ? -1 : 1));
      if (backwards) ordered.reverse();
      const rest = after === undefined ? ordered : ordered.filter(([sk]) => (backwards ? sk < after : sk > after));
      const page = limit === undefined ? rest : rest.slice(0, limit);
      const more = limit !== undefined && page.length === limit;
      return {
        items: page.map(([, item]) => item).filter((item) => !only || item[only[0]] === only[1]),
        after: more ? page.at(-1)?.[0] : undefined,
      };
    },
    async put({ pk, sk }, attributes, condition) {
      counts.put += 1;
      if (condition && !holds(find({ pk, sk }), condition)) return false;
      store(pk, sk, apply({ pk, sk }, attributes));
      return true;
    },
    async update({ pk, sk }, { set, add = {} }, condition) {
      counts.update += 1;
      const held = find({ pk, sk });
      if (condition && !holds(held, condition)) return false;
      const sums = Object.fromEntries(Object.entries(add).map(([name, by]) => [name, Number(held?.[name] ?? 0) + by]));
      store(pk, sk, apply(held ?? { pk, sk }, { ...set, ...sums }));
      return true;
    },
  };
}

function apply(held: Item, set: Attributes): Item {
  const item: Record<string, string | number> = { ...held };
  for (const [name, value] of Object.entries(set)) {
    if (value === null) delete item[name];
    else if (value !== undefined) item[name] = value;
  }
  return item;
}

function holds(item: Item | undefined, condition: Condition): boolean {
  if ('absent' in condition) return item === undefined;
  if ('absentAttribute' in condition) return item?.[condition.absentAttribute] === undefined;
  if ('equals' in condition) return item !== undefined && item[condition.equals[0]] === condition.equals[1];
  if ('below' in condition) {
    const value = item?.[condition.below[0]];
    return typeof value === 'number' && value < condition.below[1];
  }
  if ('differs' in condition) return item?.[condition.differs[0]] !== condition.differs[1];
  if ('anyOf' in condition) return condition.anyOf.some((part) => holds(item, part));
  return condition.allOf.every((part) => holds(item, part));
}
