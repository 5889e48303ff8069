import * as z from 'zod/mini';
import { cardAccountId, companyId } from '../account-key.ts';

/** What the operator's two functions are asked. A key that is not known is refused: it could be a confirmation misspelt. */

const partner = z.string('must be a text').check(z.regex(/^[a-z][a-z0-9-]{0,62}$/, 'must be the name of a partner'));
const requestId = z
  .string('is needed')
  .check(z.regex(/^[A-Za-z0-9._-]{8,128}$/, 'must be 8 to 128 letters, digits, dots, dashes or underscores'));
const flag = z._default(z.boolean('must be true or false'), false);
const text = z.string('must be a text').check(z.minLength(1), z.maxLength(256));

/** Without a partner: every one of the stage. */
const read = { partner: z.optional(partner), requestId: z.optional(requestId) };

export const inspectEvent = z.discriminatedUnion(
  'action',
  [
    /** `gauge`: the schedule asks, and what it sees becomes metrics. */
    z.strictObject({ action: z.literal('status'), gauge: flag, ...read }),
    z.strictObject({ action: z.literal('coverage'), requestId: z.optional(requestId) }),
    z.strictObject({ action: z.literal('check-secret'), ...read }),
  ],
  'must be status, coverage or check-secret',
);

/** What `status` showed: where any of it has changed since, nothing is done. */
const shown = z.strictObject({ loginId: text, rev: z.int(), count: z.int(), versionId: text });

const act = { partner, requestId };
/** EnKash was asked, and its count of failed logins is zero now. */
const unlockedByEnkash = flag;

export const operateEvent = z.discriminatedUnion(
  'action',
  [
    z.strictObject({
      action: z.literal('open'),
      ...act,
      /** Nobody, anywhere, ever failed a login of this user. */
      neverTried: flag,
      unlockedByEnkash,
      loginId: z.optional(text),
    }),
    z.strictObject({ action: z.literal('close'), ...act }),
    z.strictObject({
      action: z.literal('allow-one'),
      ...act,
      shown,
      /** AWSCURRENT is right although a login with it has failed. */
      sameSecret: flag,
      unlockedByEnkash,
    }),
    /** `pendingId`: the version that was just saved, where the label AWSPENDING may still be told of another. */
    z.strictObject({ action: z.literal('try-pending'), ...act, pendingId: z.optional(text) }),
    z.strictObject({ action: z.literal('promote'), ...act, pendingId: text, currentId: text }),
    z.strictObject({ action: z.literal('probe'), ...act, companyId, cardAccountId }),
    z.strictObject({
      action: z.literal('erase'),
      requestId,
      companyId,
      cardAccountId,
      /** Counts, and removes nothing. */
      dryRun: flag,
      /** The card account once more: whoever says so means this one. */
      confirm: z.optional(text),
    }),
  ],
  'must be open, close, allow-one, try-pending, promote, probe or erase',
);

export type InspectEvent = z.output<typeof inspectEvent>;
export type OperateEvent = z.output<typeof operateEvent>;
/** As it is sent: what has a default may be left out. */
export type InspectRequest = z.input<typeof inspectEvent>;
export type OperateRequest = z.input<typeof operateEvent>;
type Of<A extends OperateEvent['action']> = Extract<OperateEvent, { action: A }>;
export type OpenEvent = Of<'open'>;
export type AllowOneEvent = Of<'allow-one'>;
export type TryPendingEvent = Of<'try-pending'>;
export type PromoteEvent = Of<'promote'>;
export type ProbeEvent = Of<'probe'>;
export type EraseEvent = Of<'erase'>;
