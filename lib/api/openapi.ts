import type * as z from 'zod';
import { claimOf, scopeNames, scopeTexts } from '../scopes.ts';
import { webhooksShown } from './event-documents.ts';
import { describeAnswers, describeErrors, headers } from './openapi-answers.ts';
import { componentSchemas } from './openapi-problem.ts';
import { inlineSchemaOf, type JsonSchema, schemaOf } from './openapi-schemas.ts';
import { unknownPlaces } from './places.ts';
import { examples } from './routes/examples.ts';
import type { Route } from './routes/route.ts';
import { routes } from './routes/routes.ts';
import { pathWords, tags, words } from './routes/words.ts';

const description = `Validated EnKash card account details and balances.

Every failure is a problem (RFC 9457) with \`code\`, \`requestId\` and \`retryable\`; retry only what is retryable, after \`Retry-After\` where it is given.
Answers may gain fields, and codes and reasons may be added: ignore what you do not know. A cursor is opaque; a text that is none is 400. A verb that a path does not have is 404.
Money is rupees, or points on reward accounts, as decimal texts with two digits. Instants are RFC 3339; days are days in India (Asia/Kolkata).`;

/** The HTTP contract, from the table of routes and the words beside it (OpenAPI 3.1). */
export function openApiDocument(): object {
  const { url, tokenUrl } = unknownPlaces;
  const paths: Record<string, Record<string, object>> = {};
  for (const route of routes) {
    paths[route.path] = { ...paths[route.path], [route.method.toLowerCase()]: describe(route) };
  }
  const scopes = Object.fromEntries(scopeNames.map((name) => [claimOf(name), scopeTexts[name]]));
  return {
    openapi: '3.1.0',
    info: {
      title: 'EnKash Card Accounts',
      version: '1.0.0',
      description,
      license: { name: 'Proprietary', url: 'https://www.enkash.com/' },
      contact: { name: 'Whoever runs the service: quote the requestId' },
    },
    servers: [{ url, description: 'A stage: GET /openapi.json of it says its own URLs' }],
    tags: Object.entries(tags).map(([name, words]) => ({ name, description: words })),
    paths,
    webhooks: webhooksShown(),
    components: {
      schemas: componentSchemas(),
      headers,
      securitySchemes: {
        oauth2: {
          type: 'oauth2',
          description: 'Client credentials, with client id and secret as HTTP Basic. Keep a token for its hour.',
          flows: { clientCredentials: { tokenUrl, scopes } },
        },
      },
    },
  };
}

const condition = (name: string, description: string) => ({
  ...{ name, in: 'header', required: false, description },
  schema: { type: 'string' },
});
const ifMatch = condition('If-Match', 'An `ETag`, or `*`: only while the watch is still that one; else 412.');
const conditions: Readonly<Record<string, readonly object[]>> = {
  watchCardAccount: [ifMatch, condition('If-None-Match', '`*`: only while the account is not watched; else 412.')],
  unwatchCardAccount: [ifMatch],
};

const requestIdParameter = {
  name: 'X-Request-Id',
  in: 'header',
  required: false,
  description:
    'Yours: it stands in our log and comes back. Up to 128 letters, digits, dots, underscores and dashes; another text is ignored.',
  schema: { type: 'string' },
};

function describe(route: Route): object {
  const { operationId, scope, bodyIs } = route;
  const { tag, summary, description: text, parameters = {} } = wordsOf(operationId);
  const { params = {}, query = {}, body: example } = examples[operationId] ?? {};
  return {
    operationId,
    tags: [tag],
    summary,
    description: `${text}${limitWords(route)}`,
    security: scope === null ? [] : [{ oauth2: [claimOf(scope)] }],
    parameters: [
      ...parametersOf('path', route.params, pathWords, params),
      ...parametersOf('query', route.query, parameters, query),
      ...(scope === null ? [] : [requestIdParameter]),
      ...(conditions[operationId] ?? []),
    ],
    ...(bodyIs !== 'absent' && {
      requestBody: {
        required: bodyIs === 'required',
        content: { 'application/json': { schema: bodySchema(route), ...(example && { example }) } },
      },
    }),
    responses: { ...describeAnswers(route), ...describeErrors(route) },
  };
}

/** A client that has no body may send `null` for it: both are the same. */
function bodySchema({ body, bodyIs }: Pick<Route, 'body' | 'bodyIs'>): JsonSchema {
  const schema = schemaOf(body, 'input');
  return bodyIs === 'optional' ? { anyOf: [schema, { type: 'null' }] } : schema;
}

function wordsOf(operationId: string) {
  const found = words[operationId];
  if (found === undefined) throw new Error(`${operationId} has no words`);
  return found;
}

/** Where a route has a limit of its own; the stage's is in its settings. */
function limitWords({ throttle }: Route): string {
  if (throttle === undefined) return '';
  const { rate, burst } = throttle;
  return ` All callers together: at most ${rate} requests a second, ${burst} at once; beyond that RATE_LIMITED.`;
}

function parametersOf(
  place: 'path' | 'query',
  schema: z.core.$ZodType,
  texts: Readonly<Record<string, string>>,
  shown: Readonly<Record<string, string | number>>,
): object[] {
  const { properties, required } = inlineSchemaOf(schema);
  const needed: unknown[] = Array.isArray(required) ? required : [];
  return Object.entries(Object(properties)).map(([name, property]) => {
    const { description: _, ...rest } = Object(property);
    return {
      name,
      in: place,
      required: needed.includes(name),
      description: texts[name],
      schema: rest,
      ...(shown[name] !== undefined && { example: shown[name] }),
    };
  });
}
