import { createHash } from 'node:crypto';
import { keys } from '../balances/keys.ts';
import { VERSION } from '../balances/row.ts';
import type { Table } from '../balances/table.ts';

/** Which callers' webhooks are off because their receiver answered 410. */
export type Switches = {
  /** A webhook that is off is on again under another URL. */
  readonly isOff: (caller: string, url: string) => Promise<boolean>;
  readonly turnOff: (caller: string, url: string) => Promise<void>;
  readonly turnOn: (caller: string) => Promise<void>;
};

/** The switches in the balances table. */
export function createSwitches(table: Table): Switches {
  return {
    async isOff(caller, url) {
      return (await table.get(keys.webhook(caller)))?.off === digest(url);
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
