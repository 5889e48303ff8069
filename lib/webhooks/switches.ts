import { createHash } from 'node:crypto';
import * as z from 'zod/mini';
import { keys } from '../balances/keys.ts';
import { parseRow, VERSION } from '../balances/row.ts';
import type { Table } from '../balances/table.ts';

/** Which callers' webhooks are off because their receiver answered 410. */
export type Switches = {
  /** A webhook that is off is on again under another URL. */
  readonly isOff: (caller: string, url: string) => Promise<boolean>;
  readonly turnOff: (caller: string, url: string) => Promise<void>;
  readonly turnOn: (caller: string) => Promise<void>;
};

/** `off` is the digest of the URL that answered 410, or null. */
const switchRow = z.object({ off: z.nullable(z.string()) });

/** The switches in the balances table. */
export function createSwitches(table: Table): Switches {
  return {
    async isOff(caller, url) {
      const row = await table.get(keys.webhook(caller));
      return row !== undefined && parseRow(switchRow, row).off === digest(url);
    },
    async turnOff(caller, url) {
      await table.put(keys.webhook(caller), { v: VERSION, off: digest(url) });
    },
    async turnOn(caller) {
      await table.put(keys.webhook(caller), { v: VERSION, off: null });
    },
  };
}

/** Some put a secret into the path. */
function digest(url: string): string {
  return createHash('sha256').update(url).digest('hex');
}
