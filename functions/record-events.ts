import { busInvocationSchema } from '../lib/alerts/published.ts';
import type { EventStore } from '../lib/balances/event-store.ts';
import type { Log } from '../lib/log.ts';
import { jobHandler } from '../lib/snapshots/job-handler.ts';

export type RecordDeps = {
  readonly events: Pick<EventStore, 'add'>;
  readonly log: Log;
  readonly now: () => number;
};

/** An event of the bus, kept for `GET /v1/events`. */
export function createHandler(deps: RecordDeps): (event: unknown, context: unknown) => Promise<void> {
  return jobHandler({ name: 'record', schema: busInvocationSchema, log: deps.log }, async ({ detail }) =>
    deps.events.add(detail, deps.now()),
  );
}
