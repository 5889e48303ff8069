import type { AccountKey } from '../account-key.ts';
import { keys, queries } from './keys.ts';
import { VERSION } from './row.ts';
import type { Table } from './table.ts';

export type KnownPage = { readonly cardAccountIds: readonly string[]; readonly after: string | undefined };

/** The card accounts that were read or watched here, by company: EnKash lists none. */
export type KnownAccounts = {
  add(account: AccountKey): Promise<void>;
  /** By card account id. */
  page(company: string, options: { limit: number; after?: string | undefined }): Promise<KnownPage>;
};

/** The known accounts in the balances table. */
export function createKnownAccounts(table: Table): KnownAccounts {
  return {
    async add(account) {
      await table.put(keys.known(account), { v: VERSION });
    },

    async page(company, { limit, after }) {
      const page = await table.query(queries.company(company), { limit, after });
      return { cardAccountIds: page.items.map((item) => String(item.sk)), after: page.after };
    },
  };
}
