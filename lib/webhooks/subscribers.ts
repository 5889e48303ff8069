import type { PublishedEvent } from '../alerts/published.ts';
import { type Grants, grantsOf } from '../grants.ts';
import type { Subscriptions } from '../subscriptions.ts';

/** The callers who are to get an event: they asked for its type, and may read what it is about. */
export function subscribersOf(event: PublishedEvent, subscriptions: Subscriptions, grants: Grants): string[] {
  return Object.entries(subscriptions).flatMap(([caller, { events }]) =>
    (events?.includes(event.type) ?? true) && mayKnow(event, grants, caller) ? [caller] : [],
  );
}

/** An event about a whole company is told to whoever may read any account of it. */
export function mayKnow({ data }: PublishedEvent, grants: Grants, caller: string): boolean {
  const { companyId, cardAccountId } = data;
  return grantsOf(grants, caller).some(
    (grant) =>
      grant.companyId === companyId &&
      (cardAccountId === undefined || (grant.cardAccountIds?.includes(cardAccountId) ?? true)),
  );
}
