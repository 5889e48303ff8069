import * as z from 'zod/mini';
import { type KeyQuery, keys, queries } from './keys.ts';
import { parseRow, VERSION, version } from './row.ts';
import type { Condition, Table } from './table.ts';

type Company = { readonly partner: string; readonly companyId: string };

/** A company whose accounts a partner cannot read. */
export type Outage = Company & {
  /** The slot that began it. */
  readonly slot: number;
  /** The newest slot that has decided something about it. */
  readonly last: number;
  /** Whether the bus has taken its begin. */
  readonly isTold: boolean;
  /** The slot that ended it, while the bus has not taken its end. */
  readonly endedBy: number | null;
};

/** The rows of outages. An older slot changes nothing of what a newer one has decided. */
export type ReadingsStore = {
  /** Those of which an outage was ever noted. */
  partners(): Promise<readonly string[]>;
  /** The companies of a partner that cannot be read, or whose end is not told yet. */
  outages(partner: string): Promise<readonly Outage[]>;
  /** To be noted before an outage of the partner begins: from then on `partners` names it. */
  notePartner(partner: string): Promise<void>;
  /** Notes an outage, not told yet. @returns undefined when one is noted, or a slot that is not older has ended it */
  begin(company: Company, slot: number): Promise<Outage | undefined>;
  /** Notes that an account of a company that is out has no balance in a slot either. */
  lasts(company: Company, slot: number): Promise<void>;
  told(outage: Outage): Promise<void>;
  /** Notes the slot that ends an outage. @returns false when a newer one has decided, or it is ended */
  end(outage: Outage, slot: number): Promise<boolean>;
  /** Forgets an outage: it is over, and that was told. */
  forget(outage: Outage): Promise<void>;
};

const partnerItem = z.object({ v: version, sk: z.string() });
const outageItem = z.object({
  v: version,
  sk: z.string(),
  state: z.enum(['begun', 'told', 'over']),
  slot: z.int(),
  /** Absent in a row of a release that did not note it. */
  last: z.optional(z.int()),
  ends: z._default(z.nullable(z.int()), null),
});

/** The rows of outages in the balances table. One that is over is kept as such: nothing here deletes. */
export function createReadingsStore(table: Pick<Table, 'query' | 'put' | 'update'>): ReadingsStore {
  async function all<T>(query: KeyQuery, schema: z.ZodMiniType<T>): Promise<T[]> {
    const found: T[] = [];
    let after: string | undefined;
    do {
      const page = await table.query(query, { after, consistent: true });
      found.push(...page.items.map((item) => parseRow(schema, item)));
      after = page.after;
    } while (after !== undefined);
    return found;
  }

  return {
    async partners() {
      return (await all(queries.outagePartners(), partnerItem)).map(({ sk }) => sk);
    },

    async outages(partner) {
      const rows = await all(queries.outages(partner), outageItem);
      return rows
        .filter(({ state }) => state !== 'over')
        .map(({ sk, state, slot, last = slot, ends }) => ({
          ...{ partner, companyId: sk, slot, last },
          ...{ isTold: state === 'told', endedBy: ends },
        }));
    },

    async notePartner(partner) {
      await table.put(keys.outagePartner(partner), { v: VERSION }, { absent: true });
    },

    async begin(company, slot) {
      const row = { v: VERSION, state: 'begun', slot, last: slot };
      const isOver = { allOf: [{ equals: ['state', 'over'] }, decidedBefore(slot)] } as const;
      const begins = await table.put(keys.outage(company), row, { anyOf: [{ absent: true }, isOver] });
      return begins ? { ...company, slot, last: slot, isTold: false, endedBy: null } : undefined;
    },

    async lasts(company, slot) {
      await table.update(keys.outage(company), { set: { last: slot } }, goesOn(slot));
    },

    async told(outage) {
      const isBegun = { allOf: [isSame(outage), { equals: ['state', 'begun'] }] } as const;
      await table.update(keys.outage(outage), { set: { state: 'told' } }, isBegun);
    },

    end(outage, slot) {
      const set = { last: slot, ends: slot };
      return table.update(keys.outage(outage), { set }, { allOf: [isSame(outage), goesOn(slot)] });
    },

    async forget(outage) {
      await table.update(keys.outage(outage), { set: { state: 'over', ends: null } }, isSame(outage));
    },
  };
}

function isSame({ slot }: Outage): Condition {
  return { equals: ['slot', slot] };
}

function decidedBefore(slot: number): Condition {
  return {
    anyOf: [{ below: ['last', slot] }, { allOf: [{ absentAttribute: 'last' }, { below: ['slot', slot] }] }],
  };
}

/** Not ended, and decided by an older slot. */
function goesOn(slot: number): Condition {
  return { allOf: [decidedBefore(slot), { differs: ['state', 'over'] }, { absentAttribute: 'ends' }] };
}
