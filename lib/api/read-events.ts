import type { PublishedEvent } from '../alerts/published.ts';
import { EVENT_DAYS, type EventStore } from '../balances/event-store.ts';
import { EVENT_SETTLE_MS } from '../budgets.ts';
import { DAY_MS, daysBetween, istDay } from '../calendar.ts';
import { AccountNotFoundError } from '../errors.ts';
import { type Grants, grantsOf } from '../grants.ts';
import { instantText } from '../instants.ts';
import { mayKnow } from '../webhooks/subscribers.ts';

export type EventsDeps = {
  readonly grants: Grants;
  readonly events: Pick<EventStore, 'page'>;
  readonly now: () => number;
};

export type EventsRequest = {
  readonly caller: string;
  readonly companyId: string;
  readonly limit: number;
  /** Epoch ms. */
  readonly from?: number | undefined;
  readonly cursor?: EventsCursor | undefined;
};
type EventsCursor = { readonly after: string };
export type EventsAnswer = { readonly items: readonly PublishedEvent[]; readonly next: EventsCursor | null };

/**
 * A company's events that the caller may know, oldest arrival first. Days without events cost a request each.
 * @throws AccountNotFoundError when nothing of the company is granted
 */
export async function readEvents(deps: EventsDeps, request: EventsRequest): Promise<EventsAnswer> {
  const { caller, companyId, limit, cursor } = request;
  if (!grantsOf(deps.grants, caller).some((grant) => grant.companyId === companyId)) throw new AccountNotFoundError();
  const now = deps.now();
  const start = Math.max(
    cursor ? Date.parse(cursor.after.slice(0, 24)) : (request.from ?? 0),
    now - EVENT_DAYS * DAY_MS,
  );
  const items: PublishedEvent[] = [];
  let after = cursor?.after ?? instantText(start);
  for (const day of daysBetween(istDay(start), istDay(now))) {
    for (let complete = false; !complete; ) {
      const page = await deps.events.page(companyId, day, after, now - EVENT_SETTLE_MS, limit - items.length);
      items.push(...page.items.flatMap(({ event }) => (mayKnow(event, deps.grants, caller) ? [event] : [])));
      after = page.items.at(-1)?.position ?? after;
      complete = page.complete;
      if (items.length >= limit) return { items, next: { after } };
    }
    after = '';
  }
  return { items, next: null };
}
