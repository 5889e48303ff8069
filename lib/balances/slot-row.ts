import * as z from 'zod/mini';
import { reason, type SlotRow } from '../account/snapshot.ts';
import { DAY_MS, RAW_DAYS } from '../calendar.ts';
import { compiledObject } from '../compiled-object.ts';
import type { Attributes, Item } from './codec.ts';
import { parseRow, VERSION, version } from './row.ts';
import { snapshotAttributes, snapshotItem, toSnapshot } from './snapshot-item.ts';

const slotSk = z.string().check(z.regex(/^slot#\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/));
const slotItem = z.discriminatedUnion('status', [
  compiledObject({ v: version, sk: slotSk, status: z.literal('measured'), ...snapshotItem }),
  z.object({ v: version, sk: slotSk, status: z.enum(['failed', 'missed']), why: reason }),
]);

/** A slot row as it is stored, with its end of life. */
export function slotAttributes(row: SlotRow): Attributes {
  return {
    v: VERSION,
    status: row.status,
    ...(row.status === 'measured' ? snapshotAttributes(row.observedAt, row.snapshot) : { why: row.reason }),
    expiresAt: (row.slot + RAW_DAYS * DAY_MS) / 1000,
  };
}

/** @throws AppError INTERNAL `unreadable-row`: the table holds something that was not written by this code */
export function parseSlotRow(item: Item): SlotRow {
  const row = parseRow(slotItem, item);
  const slot = Date.parse(row.sk.slice('slot#'.length));
  if (row.status !== 'measured') return { slot, status: row.status, reason: row.why };
  return { slot, status: 'measured', observedAt: row.at, snapshot: toSnapshot(row) };
}
