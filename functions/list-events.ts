import { type ApiHandler, apiHandler, type HttpDeps, ok } from '../lib/api/api-handler.ts';
import { encodeCursor } from '../lib/api/cursor.ts';
import { eventsSchema } from '../lib/api/events-contract.ts';
import { type EventsDeps, readEvents } from '../lib/api/read-events.ts';
import { listEvents } from '../lib/api/routes/list-events.ts';

/** `GET /v1/events`: what happened to the accounts of a company, for whoever missed a webhook or has none. */
export function createHandler(deps: HttpDeps & EventsDeps): ApiHandler {
  return apiHandler({
    route: listEvents,
    deps,
    async handle({ query, caller }) {
      const { items, next } = await readEvents(deps, { ...query, caller });
      return ok(eventsSchema, { items: [...items], nextCursor: next && encodeCursor(next) });
    },
  });
}
