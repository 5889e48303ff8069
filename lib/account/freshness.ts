import * as z from 'zod/mini';
import { ageSeconds, instant, instantText } from '../instants.ts';

export const freshnessSchema = z.strictObject({
  asOf: instant,
  ageSeconds: z.int().check(z.minimum(0)),
  source: z.enum(['live', 'cache', 'snapshot']),
  stale: z.boolean(),
  staleReason: z.optional(z.string()),
});
export type Freshness = z.infer<typeof freshnessSchema>;

/** The freshness of what EnKash stated at `observedAt` (epoch ms) and of nothing older. */
export function liveFreshness(observedAt: number, now: number): Freshness {
  return { asOf: instantText(observedAt), ageSeconds: ageSeconds(observedAt, now), source: 'live', stale: false };
}

/** The Age header of RFC 9111. */
export function age({ ageSeconds }: Freshness): Record<string, string> {
  return { age: String(ageSeconds) };
}
