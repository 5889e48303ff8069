import * as z from 'zod/mini';

/** A caller's webhook, as the stack wires it. */
export const subscriptionsSchema = z.record(
  z.string(),
  z.strictObject({
    url: z.url(),
    /** `balance.low` and so on; absent: every event. */
    events: z.optional(z.array(z.string())),
    /** Id or ARN in Secrets Manager. */
    secretId: z.string(),
  }),
);
export type Subscriptions = z.infer<typeof subscriptionsSchema>;
