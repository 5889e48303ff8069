import * as z from 'zod';

/** RFC 3339 in UTC. */
export const instant = z.string().regex(/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d{3})?Z$/);

export const freshnessSchema = z.strictObject({
  asOf: instant,
  ageSeconds: z.int().nonnegative(),
  source: z.enum(['live', 'cache', 'snapshot']),
  stale: z.boolean(),
  staleReason: z.string().optional(),
});
export type Freshness = z.infer<typeof freshnessSchema>;

/** The freshness of what EnKash stated at `observedAt`, and of nothing older. */
export function liveFreshness(observedAt: number, now: number): Freshness {
  return { asOf: toInstant(observedAt), ageSeconds: ageSeconds(observedAt, now), source: 'live', stale: false };
}

/** Whole seconds between two instants in epoch ms; 0 when the clocks say less. */
export function ageSeconds(observedAt: number, now: number): number {
  return Math.max(0, Math.floor((now - observedAt) / 1000));
}

/** RFC 3339 in UTC, to the millisecond; slots are to the second, see `instantOf`. */
export function toInstant(epochMs: number): string {
  return new Date(epochMs).toISOString();
}

/** The Age header of RFC 9111. */
export function age({ ageSeconds }: Freshness): Record<string, string> {
  return { age: String(ageSeconds) };
}
