import * as z from 'zod/mini';
import { RequestError } from '../errors.ts';
import { parseJson } from '../json.ts';
import { claimOf, type Scope } from '../scopes.ts';

/** The body of a request may be this long, in bytes. */
const BODY_LIMIT = 8 * 1024;

/** A record forgets the key `__proto__`, and a forgotten parameter would pass as one that was not given. */
const withoutProto = z
  .unknown()
  .check(z.refine((value) => !(value instanceof Object && Object.hasOwn(value, '__proto__'))));
const strings = z.optional(z.pipe(withoutProto, z.nullish(z.record(z.string(), z.optional(z.string())))));
const stringLists = z.optional(z.pipe(withoutProto, z.nullish(z.record(z.string(), z.optional(z.array(z.string()))))));

/** What we read of an API Gateway REST proxy event (payload format 1.0). */
const eventSchema = z.object({
  resource: z.optional(z.string().check(z.maxLength(256))),
  httpMethod: z.optional(z.string().check(z.maxLength(16))),
  headers: strings,
  pathParameters: strings,
  queryStringParameters: strings,
  multiValueQueryStringParameters: stringLists,
  body: z.nullish(z.string()),
  isBase64Encoded: z.nullish(z.boolean()),
  requestContext: z.object({
    authorizer: z.nullish(
      z.object({ claims: z.object({ client_id: z.string().check(z.minLength(1)), scope: z.string() }) }),
    ),
  }),
});
export type ApiEvent = z.infer<typeof eventSchema>;

/** @throws RequestError for anything that is not such an event. */
export function parseEvent(event: unknown): ApiEvent {
  const parsed = eventSchema.safeParse(event);
  if (!parsed.success)
    throw new RequestError('INVALID_REQUEST', [{ field: 'event', message: 'is not a REST proxy event' }]);
  return parsed.data;
}

/** The authorizer let the token in; the scope is checked once more here. @returns the client id and the scopes. */
export function requireScope(event: ApiEvent, scope: Scope): { clientId: string; scopes: readonly string[] } {
  const claims = event.requestContext.authorizer?.claims;
  if (!claims) throw new RequestError('UNAUTHORIZED');
  const scopes = claims.scope.split(' ');
  if (!scopes.includes(claimOf(scope))) throw new RequestError('FORBIDDEN_SCOPE');
  return { clientId: claims.client_id, scopes };
}

/** Path parameters by schema. @throws RequestError naming the field. */
export function parsePath<T>(event: ApiEvent, schema: z.core.$ZodType<T>): T {
  return parseFields(schema, event.pathParameters ?? {});
}

/** Query parameters by schema; one that is given twice, or not known, is an error. @throws RequestError naming the field. */
export function parseQuery<T>(event: ApiEvent, schema: z.core.$ZodType<T>): T {
  const entries = Object.entries(event.multiValueQueryStringParameters ?? {});
  const repeated = entries.find(([, values]) => values !== undefined && values.length > 1);
  if (repeated)
    throw new RequestError('INVALID_REQUEST', [
      { field: fieldName([repeated[0]]), message: 'is given more than once' },
    ]);
  const single = Object.fromEntries(entries.map(([name, values]) => [name, values?.[0]]));
  return parseFields(schema, { ...event.queryStringParameters, ...single });
}

/** A caller's own id of its request; an id of another form is ignored. */
export function parseCallerRequestId(event: ApiEvent): string | undefined {
  const id = header(event, 'x-request-id') ?? '';
  return /^[\w.-]{1,128}$/.test(id) ? id : undefined;
}

/** A JSON body by schema. @throws RequestError PAYLOAD_TOO_LARGE, UNSUPPORTED_MEDIA_TYPE or INVALID_REQUEST. */
export function parseBody<T>(event: ApiEvent, schema: z.core.$ZodType<T>): T {
  const bytes = Buffer.from(event.body ?? '', event.isBase64Encoded ? 'base64' : 'utf8');
  if (bytes.length > BODY_LIMIT) throw new RequestError('PAYLOAD_TOO_LARGE');
  if (!isJsonMediaType(header(event, 'content-type'))) throw new RequestError('UNSUPPORTED_MEDIA_TYPE');
  return parseFields(schema, parseBytes(bytes));
}

/** A header by its name in lower case. */
export function header(event: ApiEvent, name: string): string | undefined {
  return Object.entries(event.headers ?? {}).find(([key]) => key.toLowerCase() === name)?.[1];
}

/** Parameters that nobody knows are ignored (RFC 9110, 5.6.6), a form without `=` as well; another charset is not. */
function isJsonMediaType(value: string | undefined): boolean {
  const [type = '', ...parameters] = (value ?? '').toLowerCase().split(';');
  const charsets = parameters.flatMap(
    (parameter) => /^\s*charset\s*=\s*["']?([^"']*?)["']?\s*$/.exec(parameter)?.[1] ?? [],
  );
  return type.trim() === 'application/json' && charsets.every((charset) => /^(utf-?8)?$/.test(charset));
}

function parseBytes(bytes: Buffer): unknown {
  const value = parseJson(decode(bytes));
  if (value === undefined)
    throw new RequestError('INVALID_REQUEST', [{ field: 'body', message: 'is not JSON in UTF-8' }]);
  return value;
}

function decode(bytes: Buffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return '';
  }
}

function parseFields<T>(schema: z.core.$ZodType<T>, value: unknown): T {
  const parsed = z.safeParse(schema, value, { error: fallbackWords });
  if (parsed.success) return parsed.data;
  throw new RequestError('INVALID_REQUEST', parsed.error.issues.slice(0, 10).flatMap(toFieldErrors));
}

function toFieldErrors(issue: z.core.$ZodIssue): { field: string; message: string }[] {
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.slice(0, 10).map((key) => ({ field: fieldName([...issue.path, key]), message: 'is not known' }));
  }
  return [{ field: fieldName(issue.path), message: issue.message }];
}

/** zod/mini has no words of its own: a schema says its message, and this is what is left. No value is quoted. */
function fallbackWords(issue: z.core.$ZodRawIssue): string {
  if (issue.input === undefined) return 'is needed';
  return issue.code === 'invalid_type' ? `must be of type ${issue.expected}` : 'is not valid';
}

/** A name the caller chose is shown only when it looks like a name: it could be anything, even a secret. */
function fieldName(path: readonly PropertyKey[]): string {
  const name = path.join('.');
  return /^[A-Za-z][\w.-]{0,63}$/.test(name) ? name : path.length === 0 ? 'body' : 'unknown field';
}
