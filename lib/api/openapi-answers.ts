import * as z from 'zod';
import { type ErrorCode, errorCodes } from '../errors.ts';
import { dropInFailure } from './drop-in-contract.ts';
import { gatewayResponses } from './gateway-responses.ts';
import { type JsonSchema, schemaOf } from './openapi-schemas.ts';
import { csvContentOf } from './openapi-tables.ts';
import { type Problem, problemType } from './problem.ts';
import { examples } from './routes/examples.ts';
import type { Route } from './routes/route.ts';

/** Every header that an answer may have. */
export const headers = {
  Age: { description: 'Seconds since EnKash stated what is answered.', schema: { type: 'integer', minimum: 0 } },
  ETag: { description: 'The edition of the watch, for `If-Match`.', schema: { type: 'string' } },
  Link: { description: 'With `text/csv`: the next page, `rel="next"`.', schema: { type: 'string' } },
  'Retry-After': { description: 'Seconds to wait before the same request.', schema: { type: 'integer', minimum: 0 } },
  'WWW-Authenticate': { description: 'The challenge of RFC 6750.', schema: { type: 'string' } },
  'X-Request-Id': { description: "The caller's own id of the request, as it was sent.", schema: { type: 'string' } },
};
const headersNamed = (...names: readonly (keyof typeof headers)[]): object =>
  Object.fromEntries(names.map((name) => [name, { $ref: `#/components/headers/${name}` }]));

/** What an answer says of itself, beside the request id. */
const answerHeaders: Readonly<Record<string, readonly (keyof typeof headers)[]>> = {
  getCardAccount: ['Age'],
  getWatch: ['ETag'],
  watchCardAccount: ['ETag'],
};

export function describeAnswers({ operationId, answers, scope }: Route): Record<string, object> {
  const texts: Record<string, string> = { 200: 'The answer', 201: 'The answer: it was made just now', 204: 'Done' };
  return Object.fromEntries(
    Object.entries(answers).map(([status, schema]) => {
      const shown = Object.entries(examples[operationId]?.answers[Number(status)] ?? {});
      const named = Object.fromEntries(shown.map(([name, value]) => [name, { value }]));
      const content = schema && { schema: answerSchema(schema), ...(shown.length > 0 && { examples: named }) };
      const csv = csvContentOf(operationId);
      const own = answerHeaders[operationId] ?? [];
      const sent = headersNamed(...own, ...(csv ? (['Link'] as const) : []), 'X-Request-Id');
      return [
        status,
        {
          description: texts[status] ?? 'The answer',
          ...(scope !== null && { headers: sent }),
          ...(content && { content: { 'application/json': content, ...csv } }),
        },
      ];
    }),
  );
}

/** A union of named answers is told apart by `kind`: a generator without it would take the first that fits. */
function answerSchema(schema: z.core.$ZodType): JsonSchema {
  if (!(schema instanceof z.core.$ZodUnion)) return schemaOf(schema, 'output');
  const oneOf = schema._zod.def.options.map((option) => schemaOf(option, 'output'));
  const kinds = schema._zod.def.options.map((option) => z.toJSONSchema(option).properties?.kind);
  const mapping = Object.fromEntries(kinds.map((kind, index) => [String(Object(kind).const), oneOf[index]?.$ref]));
  return { oneOf, discriminator: { propertyName: 'kind', mapping } };
}

/** One response per status, naming the codes it can carry; the gateway's own refusals are always problems. */
export function describeErrors({ errors, failure }: Route): Record<string, object> {
  const byStatus = Map.groupBy(errors, (code) => errorCodes[code].status);
  return Object.fromEntries(
    [...byStatus].map(([status, codes]) => {
      const named = (show: (problem: Problem) => object) =>
        Object.fromEntries(codes.map((code) => [code, { value: show(problemExample(code)) }]));
      const content = {
        // The drop-in alone has failures of its own.
        ...(failure && {
          'application/json': { schema: schemaOf(failure, 'output'), examples: named(dropInFailure) },
        }),
        'application/problem+json': {
          schema: { $ref: '#/components/schemas/Problem' },
          examples: named((problem) => problem),
        },
      };
      return [status, { description: codes.join(', '), headers: errorHeaders(status), content }];
    }),
  );
}

/** CONFLICT, RATE_LIMITED, and what 503 stands for. */
const mayNameAWait: ReadonlySet<number> = new Set([409, 429, 503]);

function errorHeaders(status: number): object {
  const challenged = gatewayResponses.some((row) => row.status === status && row.challenge !== undefined);
  return headersNamed(
    'X-Request-Id',
    ...(mayNameAWait.has(status) ? (['Retry-After'] as const) : []),
    ...(challenged ? (['WWW-Authenticate'] as const) : []),
  );
}

function problemExample(code: ErrorCode): Problem {
  const requestId = '5b1f6a52-30b4-4c1e-9d0c-1f3f0a9e7c11';
  return { type: problemType(code), ...errorCodes[code], code, requestId };
}
