import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import * as z from 'zod';
import { balanceEvent, balanceEventSchema } from '../../../lib/alerts/events.ts';
import { publishedEvent, publishedTypes } from '../../../lib/alerts/published.ts';
import { eventBridgeSchemas, eventShown, webhooksShown } from '../../../lib/api/event-documents.ts';
import { openApiDocument } from '../../../lib/api/openapi.ts';
import { routes } from '../../../lib/api/routes/routes.ts';

const account = { companyId: 'CEKTEST001', cardAccountId: 'CATEST001' };
const rule = {
  balance: 'available',
  below: 500_000,
  recoverAt: 600_000,
  confirmations: 2,
  cooldownMs: 3_600_000,
} as const;
const at = Date.parse('2026-11-25T06:15:00Z');
const measured = { slot: at, value: 421_000, observedAt: at + 2_000, lastMeasuredSlot: at };
const known = balanceEvent(
  { account, edition: at, named: { name: 'float', rule } },
  { type: 'BalanceLow', ...measured },
);
const published = publishedEvent(known, { companyName: 'Test Rewards', accountTitle: null });
const onBus = {
  ...{ version: '0', id: '6a7e8feb-b491-4cf7-a9f1-bf3703467718', account: '000000000000', region: 'ap-south-1' },
  ...{ time: '2026-11-25T06:15:02Z', resources: [], source: 'enkash-card-accounts', 'detail-type': 'BalanceLow' },
  detail: published,
};

test('every field of a published event is in the schema of the document, with a type', () => {
  expect(Object.keys(published.data).filter((name) => !(name in eventShown.shape.data.shape))).toEqual([]);
  expect(eventShown.safeParse(published).error).toBeUndefined();
  expect(eventShown.safeParse({ ...published, data: { ...published.data, value: 4210 } }).success).toBe(false);
  expect(balanceEventSchema.safeParse(known).error).toBeUndefined();
});

describe('webhooks of the document', () => {
  const requests = Object.entries(webhooksShown()).map(([type, described]) => {
    const { post } = z.object({ post: z.object({ requestBody: z.looseObject({}) }) }).parse(described);
    const content = Object(post.requestBody.content)['application/json'];
    return { type, schema: content.schema, example: content.example };
  });

  test('are all types of events, each with an example of its own that the schema takes', () => {
    expect(requests.map(({ type }) => type)).toEqual(Object.values(publishedTypes));
    for (const { type, example } of requests) {
      expect(eventShown.safeParse(example).error, type).toBeUndefined();
      expect(example.type).toBe(type);
    }
  });

  test('have the schema that the route has: one body everywhere', () => {
    const document = JSON.stringify(openApiDocument());
    const { properties } = JSON.parse(document).components.schemas.EventList;
    expect(new Set(requests.map(({ schema }) => schema.$ref))).toEqual(new Set([properties.items.items.$ref]));
    expect(routes.some(({ operationId }) => operationId === 'listEvents')).toBe(true);
  });
});

describe("the schemas of the bus's registry", () => {
  const file = (name: string) => readFileSync(new URL(`../../../lib/alerts/schemas/${name}`, import.meta.url), 'utf8');
  const low = 'enkash-card-accounts@BalanceLow.v1.json';

  test('are the committed files, one for each detail-type, with the version in the name (npm run openapi)', () => {
    const schemas = Object.entries(eventBridgeSchemas());
    expect(schemas.map(([name]) => name)).toEqual(
      Object.keys(publishedTypes).map((type) => `enkash-card-accounts@${type}.v1.json`),
    );
    for (const [name, schema] of schemas) expect(JSON.parse(file(name)), name).toEqual(schema);
  });

  test('take what is on the bus, and not the detail of another type nor a number for money', () => {
    const schema = z.fromJSONSchema(JSON.parse(file(low)));
    expect(schema.safeParse(onBus).error).toBeUndefined();
    expect(schema.safeParse({ ...onBus, detail: { ...published, type: 'balance.recovered' } }).success).toBe(false);
    const wrong = { ...published, data: { ...published.data, value: 4210 } };
    expect(schema.safeParse({ ...onBus, detail: wrong }).success).toBe(false);
  });
});
