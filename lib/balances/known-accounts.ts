import * as z from 'zod/mini';
import type { AccountKey } from '../account-key.ts';
import type { Item } from './codec.ts';
import { keys, queries } from './keys.ts';
import { parseRow, VERSION, version } from './row.ts';
import type { Table } from './table.ts';

type KnownPage = { readonly cardAccountIds: readonly string[]; readonly after: string | undefined };

/** What people call an account; card numbers in it are masked before it comes here. */
type Titles = { readonly companyName: string | null; readonly accountTitle: string | null };

const noTitles: Titles = { companyName: null, accountTitle: null };

/** A title is for a line of a mail. */
const TITLE_MAX = 64;
const title = z._default(z.nullable(z.string()), null);
const knownItem = z.object({ v: version, company: title, title });

/** The card accounts that were read or watched here, by company: EnKash lists none. */
export type KnownAccounts = {
  /** @param titles as EnKash has just stated them; without them those that are known stay */
  add(account: AccountKey, titles?: Titles): Promise<void>;
  /** As EnKash last stated them, null where nobody knows; without an account, what the company's first one says. */
  titles(about: { readonly companyId: string; readonly cardAccountId?: string }): Promise<Titles>;
  /** By card account id. */
  page(company: string, options: { limit: number; after?: string | undefined }): Promise<KnownPage>;
};

/** The known accounts in the balances table. */
export function createKnownAccounts(table: Table): KnownAccounts {
  return {
    async add(account, titles) {
      const stated = titles && { company: cut(titles.companyName), title: cut(titles.accountTitle) };
      await table.update(keys.known(account), { set: { v: VERSION, ...stated } });
    },

    async titles({ companyId, cardAccountId }) {
      if (cardAccountId === undefined) {
        const { items } = await table.query(queries.company(companyId), { limit: 1 });
        return { ...titlesOf(items[0]), accountTitle: null };
      }
      return titlesOf(await table.get(keys.known({ companyId, cardAccountId })));
    },

    async page(company, { limit, after }) {
      const page = await table.query(queries.company(company), { limit, after });
      return { cardAccountIds: page.items.map((item) => String(item.sk)), after: page.after };
    },
  };
}

function titlesOf(item: Item | undefined): Titles {
  if (item === undefined) return noTitles;
  const { company, title } = parseRow(knownItem, item);
  return { companyName: company, accountTitle: title };
}

/** Whole code points, so that no half of one is stored. */
function cut(text: string | null): string | null {
  return text === null ? null : [...text].slice(0, TITLE_MAX).join('');
}
