import * as z from 'zod';
import { balanceEventSchema, eventSource } from '../alerts/events.ts';
import {
  type DetailType,
  type PublishedEvent,
  publishedEvent,
  publishedEventSchema,
  publishedTypes,
} from '../alerts/published.ts';

// Only OpenAPI and the schema files load this: whoever passes an event on knows less of it (lib/alerts/published.ts).
const { eventId: _, type: __, companyId: ___, cardAccountId: ____, ...facts } = balanceEventSchema.shape;
const { timestamp, data } = publishedEventSchema.shape;

/** A list to which later releases may add: no `enum`, since a generated client refuses what it does not know. */
const anyType = z.string().meta({ 'x-extensible-enum': Object.values(publishedTypes) });

/** Every event in one schema: `data` has the fields of all types, and a field that a type does not have is absent. */
export const eventShown = z.looseObject({
  type: anyType,
  timestamp,
  data: z.looseObject({
    ...data.shape,
    ...z.object(facts).partial().shape,
    ruleName: z.string().optional(),
    test: z.boolean().optional(),
  }),
});

/** The version of the bodies: added fields do not change it. */
const EVENT_VERSION = 1;

/** What each type says. */
const eventWords: Readonly<Record<DetailType, string>> = {
  BalanceLow: 'A rule found its balance below the limit, in as many slots in a row as it wants.',
  BalanceRecovered: 'The balance of a rule is back at `recoverAt` or more.',
  BalanceUnknown: 'A rule has had no balance for some slots: nobody knows whether it is low.',
  BalanceWatchEnded: 'A rule or its watch is no more: no other event follows.',
  ReadingsUnavailable: 'Many accounts of a company cannot be read. It comes in place of one event for each of them.',
  ReadingsRestored: 'The accounts of the company are read again.',
};

const detailTypes: readonly DetailType[] = [
  'BalanceLow',
  'BalanceRecovered',
  'BalanceUnknown',
  'BalanceWatchEnded',
  'ReadingsUnavailable',
  'ReadingsRestored',
];

/** An example event, of made-up facts. */
export function exampleEvent(type: DetailType): PublishedEvent {
  const slot = '2026-11-25T06:15:00Z';
  const ids = { companyId: 'CEKTEST001', eventId: '0f1e2d3c4b5a69788796a5b4c3d2e1f0', slot };
  const titles = { companyName: 'Test Rewards', accountTitle: 'Marketing' };
  if (type === 'ReadingsUnavailable' || type === 'ReadingsRestored') return publishedEvent({ ...ids, type }, titles);
  const rule = {
    balance: 'available',
    below: '5000.00',
    recoverAt: '6000.00',
    confirmations: 2,
    cooldownSeconds: 3600,
  } as const;
  const value = { BalanceLow: '4210.00', BalanceRecovered: '6500.00', BalanceUnknown: null, BalanceWatchEnded: null };
  return publishedEvent({ ...ids, type, cardAccountId: 'CATEST001', value: value[type], rule }, titles);
}

const signed = (name: string, description: string) => ({
  ...{ name, in: 'header', required: true, description },
  schema: { type: 'string' },
});

/** `webhooks` of the document: what the service sends to a caller that has one. */
export function webhooksShown(): Record<string, object> {
  return Object.fromEntries(
    detailTypes.map((type) => [
      publishedTypes[type],
      {
        post: {
          operationId: `on${type}`,
          // Of its own: OpenAPI Generator writes one file for each tag, and webhooks would overwrite the routes.
          tags: ['Webhooks'],
          summary: eventWords[type],
          description:
            'The body is that of `GET /v1/events` and of the bus. Verify the signature over the raw body (Standard Webhooks), be idempotent by `webhook-id`, answer within 10 s. Another status than 2xx is tried again for a day; 410 switches the webhook off.',
          security: [],
          parameters: [
            signed('webhook-id', 'The id of the event, the same for every attempt.'),
            signed('webhook-timestamp', 'When this attempt was made, in seconds since 1970.'),
            signed('webhook-signature', 'One `v1,<base64>` for each valid secret.'),
          ],
          requestBody: {
            required: true,
            content: {
              'application/json': { schema: { $ref: '#/components/schemas/Event' }, example: exampleEvent(type) },
            },
          },
          responses: {
            204: { description: 'Taken.' },
            410: { description: 'No more of these: the webhook is switched off.' },
          },
        },
      },
    ]),
  );
}

/** One JSON Schema (draft 4) for each detail-type, as EventBridge's schema registry keeps them, by its file's name. */
export function eventBridgeSchemas(): Record<string, object> {
  return Object.fromEntries(
    detailTypes.map((type) => {
      const detail = z.object({ ...eventShown.shape, type: z.literal(publishedTypes[type]) });
      const event = z.looseObject({
        'detail-type': z.literal(type),
        source: z.literal(eventSource),
        detail: z.looseObject(detail.shape),
        ...{ id: z.string(), account: z.string(), region: z.string(), time: z.string(), version: z.string() },
        resources: z.array(z.string()),
      });
      const title = `${eventSource}@${type}, version ${EVENT_VERSION}`;
      const schema = z.toJSONSchema(event, { target: 'draft-4' });
      return [`${eventSource}@${type}.v${EVENT_VERSION}.json`, { title, description: eventWords[type], ...schema }];
    }),
  );
}
