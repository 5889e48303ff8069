import { BatchWriteItemCommand, type DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { AccountKey } from '../account-key.ts';
import { inBatches } from '../batches.ts';
import { toAttributeValues } from './codec.ts';
import { keys, queries, type RowKey } from './keys.ts';
import type { Table } from './table.ts';
import { createWatchQuota } from './watch-quota.ts';
import { createWatchStore } from './watch-store.ts';

export type EraseDeps = {
  readonly client: Pick<DynamoDBClient, 'send'>;
  readonly tableName: string;
  readonly table: Table;
  readonly sleep: (ms: number) => Promise<void>;
};

export type EraseOptions = {
  /** Counts, and removes nothing. */
  readonly dryRun?: boolean;
  /** Says that the time is up: what is left stays, and is found by the next run. @default never */
  readonly isOver?: () => boolean;
};

/** `rows` that were removed, or counted; `complete` is false where some may be left. */
export type Erased = { readonly rows: number; readonly watched: boolean; readonly complete: boolean };

/** BatchWriteItem takes 25. */
const BATCH = 25;
/** Rows of a page: few enough that a run may end between two. */
const PAGE = 500;

/**
 * Removes every row of an account, its place in the registry first, so that no new slot is planned. Running it twice is
 * harmless; a message that is under way may still write one row, so it is to be run again after a slot's window.
 */
export async function eraseAccount(
  deps: EraseDeps,
  account: AccountKey,
  { dryRun = false, isOver = () => false }: EraseOptions = {},
): Promise<Erased> {
  const { table } = deps;
  const watches = createWatchStore(table);
  const [watch, known] = await Promise.all([watches.get(account), table.get(keys.known(account))]);
  const watched = watch !== undefined && watch.end === null;
  if (!dryRun) {
    await remove(deps, [keys.watch(account), keys.known(account)]);
    if (watched) await createWatchQuota(table, Date.now).giveBack(watch.caller);
  }

  let rows = (watch ? 1 : 0) + (known ? 1 : 0);
  let after: string | undefined;
  do {
    if (isOver()) return { rows, watched, complete: false };
    const page = await table.query(queries.account(account), { limit: PAGE, after });
    const found = page.items.map((item) => ({ pk: String(item.pk), sk: String(item.sk) }));
    if (!dryRun) await remove(deps, found);
    rows += found.length;
    after = page.after;
  } while (after !== undefined);
  return { rows, watched, complete: true };
}

async function remove({ client, tableName, sleep }: EraseDeps, rowKeys: readonly RowKey[]): Promise<void> {
  for (const batch of inBatches(rowKeys, BATCH)) {
    let left = batch.map(({ pk, sk }) => ({ DeleteRequest: { Key: toAttributeValues({ pk, sk }) } }));
    for (let attempt = 0; left.length > 0; attempt += 1) {
      if (attempt > 0) await sleep(50 * 2 ** Math.min(attempt, 7));
      const reply = await client.send(new BatchWriteItemCommand({ RequestItems: { [tableName]: left } }));
      left = (reply.UnprocessedItems?.[tableName] ?? []).flatMap(({ DeleteRequest }) =>
        DeleteRequest?.Key ? [{ DeleteRequest: { Key: DeleteRequest.Key } }] : [],
      );
    }
  }
}
