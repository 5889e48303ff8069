import * as z from 'zod';
import { dropInFailureSchema, dropInSchema } from '../account/drop-in-view.ts';
import { freshnessSchema } from '../account/freshness.ts';
import { cardAccountSchema } from '../account/full-view.ts';
import { balancesSchema, pointsSchema, summaryViewSchema } from '../account/summary-view.ts';
import { publishedEventSchema } from '../alerts/published.ts';
import { ruleViewSchema } from '../alerts/rule.ts';
import { instant } from '../instants.ts';
import { accountKey } from './account-contract.ts';
import {
  asOfSchema,
  companyHistorySchema,
  coverageSchema,
  dayHistorySchema,
  listSchema,
  slotHistorySchema,
} from './balances-contract.ts';
import { batchBody, batchSchema } from './batch-contract.ts';
import { dropInBody } from './drop-in-contract.ts';
import { eventShown } from './event-documents.ts';
import { eventsSchema } from './events-contract.ts';
import { problemSchema } from './problem.ts';
import { glossary } from './routes/glossary.ts';
import { watchBody, watchCompanyBody, watchCompanySchema, watchSchema } from './watch-contract.ts';

export type JsonSchema = { [keyword: string]: unknown };

type Named = z.core.$ZodRegistry<{ id: string }>;
const answers: Named = z.registry();
const bodies: Named = z.registry();
for (const [id, schema] of Object.entries({
  Balances: balancesSchema,
  BalanceAsOf: asOfSchema,
  BatchAnswer: batchSchema,
  CardAccount: cardAccountSchema,
  CardAccountList: listSchema,
  CardAccountSummary: summaryViewSchema,
  CompanyDays: companyHistorySchema,
  Coverage: coverageSchema,
  DayHistory: dayHistorySchema,
  DropInAnswer: dropInSchema,
  DropInFailure: dropInFailureSchema,
  Event: publishedEventSchema,
  EventList: eventsSchema,
  Freshness: freshnessSchema,
  Points: pointsSchema,
  Problem: problemSchema,
  Rule: ruleViewSchema,
  SlotHistory: slotHistorySchema,
  Watch: watchSchema,
  WatchedCompany: watchCompanySchema,
}))
  answers.add(schema, { id });
for (const [id, schema] of Object.entries({
  AccountKey: accountKey,
  BatchRequest: batchBody,
  DropInRequest: dropInBody,
  WatchCompanyRequest: watchCompanyBody,
  WatchRequest: watchBody,
}))
  bodies.add(schema, { id });

/** One name for both views: in the summary, what only the full view has is absent. */
const uri = (id: string): string => `#/components/schemas/${id === 'CardAccountSummary' ? 'CardAccount' : id}`;

/** Every named schema. Answers may gain fields in a later release, so they are open; bodies are what the code takes. */
export function namedSchemas(): Record<string, JsonSchema> {
  const { CardAccountSummary: _, ...shown } = z.toJSONSchema(answers, { uri, io: 'output' }).schemas;
  const { schemas: taken } = z.toJSONSchema(bodies, { uri, io: 'input' });
  return {
    ...Object.fromEntries(
      Object.entries({ ...shown, Event: eventSchema() }).map(([id, schema]) => [id, tidy(schema, 'output')]),
    ),
    ...Object.fromEntries(Object.entries(taken).map(([id, schema]) => [id, tidy(schema, 'input')])),
  };
}

/** With the fields that a type of event may have, which those who pass it on need not know. */
function eventSchema(): JsonSchema {
  const event = z.registry<{ id: string }>();
  event.add(eventShown, { id: 'Event' });
  event.add(ruleViewSchema, { id: 'Rule' });
  return { ...z.toJSONSchema(event, { uri, io: 'output' }).schemas.Event };
}

/** A reference to a schema with a name, else the schema itself. */
export function schemaOf(schema: z.core.$ZodType, io: 'input' | 'output'): JsonSchema {
  const name = (io === 'output' ? answers : bodies).get(schema)?.id;
  return name === undefined ? tidy(z.toJSONSchema(schema, { io }), io) : { $ref: uri(name) };
}

/** The schema itself, whatever its name. */
export function inlineSchemaOf(schema: z.core.$ZodType): JsonSchema {
  return tidy(z.toJSONSchema(schema, { io: 'input' }), 'input');
}

const instantPattern = patternOf(z.toJSONSchema(instant));

function patternOf({ pattern }: JsonSchema): unknown {
  return pattern;
}

/** Says a schema in words that generators of clients understand. It takes the same values, or fewer for a body. */
function tidy(schema: object, io: 'input' | 'output', name?: string): JsonSchema {
  const { $schema: _, $id: __, ...rest }: JsonSchema = { ...schema };
  const whole = { ...plain(rest, io), ...nested(rest, io) };
  const description = name !== undefined && !('description' in whole) ? glossary[name] : undefined;
  return description === undefined ? whole : { description, ...whole };
}

function plain(schema: JsonSchema, io: 'input' | 'output'): JsonSchema {
  const { anyOf, pattern, minimum, maximum, additionalProperties, ...rest } = schema;
  const single = Array.isArray(anyOf) && rest.type === undefined ? asOneType(anyOf) : undefined;
  if (single !== undefined) return plain({ ...rest, ...single }, io);
  const isInteger = rest.type === 'integer' || Number.isInteger(rest.const);
  return {
    ...rest,
    ...(isInteger && { type: 'integer' }),
    ...(!isInteger && rest.type === 'number' && { format: 'double' }),
    ...(Array.isArray(anyOf) && rest.type === undefined && { anyOf }),
    ...(pattern !== undefined &&
      rest.type !== 'integer' &&
      (pattern === instantPattern ? { format: 'date-time' } : { pattern })),
    ...(isLimit(minimum) && { minimum }),
    ...(isLimit(maximum) && { maximum }),
    ...(additionalProperties !== undefined &&
      !(io === 'output' && additionalProperties === false) && { additionalProperties }),
  };
}

/** `anyOf` of a text, a number and null is a list of types, which every generator reads: a keyword is about its own type. */
function asOneType(choices: readonly unknown[]): JsonSchema | undefined {
  const schemas = choices.map((choice): JsonSchema => ({ ...Object(choice) }));
  const types = schemas.map(({ type }) => type);
  const isPlain = schemas.every(({ type, enum: values }) => values === undefined && plainTypes.has(type));
  return isPlain && new Set(types).size === types.length
    ? { ...Object.assign({}, ...schemas), type: types }
    : undefined;
}
const plainTypes: ReadonlySet<unknown> = new Set(['string', 'number', 'integer', 'boolean', 'null']);

/** Bounds that only say "a safe integer" are no bounds of the contract. */
function isLimit(bound: unknown): boolean {
  return typeof bound === 'number' && Math.abs(bound) < Number.MAX_SAFE_INTEGER;
}

function nested(schema: JsonSchema, io: 'input' | 'output'): JsonSchema {
  const { properties, items, anyOf, additionalProperties } = schema;
  const whole: JsonSchema = {};
  if (isObject(properties))
    whole.properties = Object.fromEntries(
      Object.entries(properties).map(([name, property]) => [name, tidy(Object(property), io, name)]),
    );
  if (isObject(additionalProperties)) whole.additionalProperties = tidy(additionalProperties, io);
  if (isObject(items)) whole.items = tidy(items, io);
  if (Array.isArray(anyOf) && schema.type === undefined && asOneType(anyOf) === undefined)
    whole.anyOf = anyOf.map((choice) => tidy(Object(choice), io));
  return whole;
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
