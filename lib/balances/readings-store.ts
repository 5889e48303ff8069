import * as z from 'zod/mini';
import { keys, queries } from './keys.ts';
import { parseRow, VERSION, version } from './row.ts';
import type { Table } from './table.ts';

/** A company whose accounts a partner cannot read, as consumers were told. */
export type Outage = {
  readonly partner: string;
  readonly companyId: string;
  /** The slot that decided it. */
  readonly slot: number;
  /** Whether the bus has taken the event. */
  readonly isTold: boolean;
};

export type ReadingsStore = {
  /** The companies of a partner that cannot be read. */
  outages(partner: string): Promise<readonly Outage[]>;
  /** Notes an outage, not told yet. @returns false when one is noted */
  begin(outage: Omit<Outage, 'isTold'>): Promise<boolean>;
  told(outage: Omit<Outage, 'isTold'>): Promise<void>;
  /** Forgets an outage: it is over, and that was told. */
  end(outage: Omit<Outage, 'isTold'>): Promise<void>;
};

const outageItem = z.object({
  v: version,
  sk: z.string(),
  state: z.enum(['begun', 'told', 'over']),
  slot: z.int(),
});

/** The rows of outages in the balances table. One that is over is kept as such: nothing here deletes. */
export function createReadingsStore(table: Pick<Table, 'query' | 'put' | 'update'>): ReadingsStore {
  return {
    async outages(partner) {
      const found: Outage[] = [];
      let after: string | undefined;
      do {
        const page = await table.query(queries.outages(partner), { after });
        for (const item of page.items) {
          const { sk, state, slot } = parseRow(outageItem, item);
          if (state !== 'over') found.push({ partner, companyId: sk, slot, isTold: state === 'told' });
        }
        after = page.after;
      } while (after !== undefined);
      return found;
    },

    begin({ slot, ...of }) {
      const row = { v: VERSION, state: 'begun', slot };
      const isNew = { anyOf: [{ absent: true }, { equals: ['state', 'over'] }] } as const;
      // An outage that was over before this slot may begin again; one that a newer slot has ended does not.
      return table.put(keys.outage(of), row, {
        anyOf: [{ absent: true }, { allOf: [isNew, { below: ['slot', slot] }] }],
      });
    },

    async told(outage) {
      await change(table, outage, 'told');
    },

    async end(outage) {
      await change(table, outage, 'over');
    },
  };
}

async function change(
  table: Pick<Table, 'update'>,
  { slot, ...of }: Omit<Outage, 'isTold'>,
  state: 'told' | 'over',
): Promise<void> {
  await table.update(keys.outage(of), { set: { state } }, { equals: ['slot', slot] });
}
