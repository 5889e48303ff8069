import { gzipSync } from 'node:zlib';
import * as z from 'zod';

/**
 * What goes wrong in place of, or after, the honest answer.
 * `before`: nothing was processed. `after`: the request counted, but its answer is lost or bent.
 */
export type Fault =
  | {
      readonly kind: 'reply';
      readonly status: number;
      readonly type: string;
      readonly body: () => string | Buffer;
      readonly headers?: Record<string, string>;
      /** The edge says it by itself, and proves it: nothing reached EnKash. */
      readonly turnedAway?: true;
    }
  | { readonly kind: 'before' | 'after'; readonly how: 'hang' | 'reset' | 'half-body' | 'not-http' }
  /** A connection that was used before is never answered again, nor closed; a new one is answered. */
  | { readonly kind: 'dead-socket' }
  | { readonly kind: 'edit'; readonly edit: (text: string) => string }
  /** The honest answer, sealed if it is to be, as something on the way changes its bytes or label. */
  | {
      readonly kind: 'wrap';
      readonly headers?: Record<string, string>;
      readonly wrap?: (text: string) => string | Buffer;
    }
  | { readonly kind: 'cipher'; readonly how: 'wrong-key' | 'corrupted' };

const json = (status: number, body: unknown): Fault => ({
  kind: 'reply',
  status,
  type: 'application/json',
  body: () => JSON.stringify(body),
});
const page = (status: number): Fault => ({
  kind: 'reply',
  status,
  type: 'text/html; charset=UTF-8',
  body: () => `<!DOCTYPE html><html><head><title>${status}</title></head><body>cf-ray</body></html>`,
  headers: { server: 'cloudflare' },
});
const failed = (status: number) =>
  json(status, { response_code: status, response_message: 'Failure', payload: 'The request was not processed' });

const transport = {
  hang: { kind: 'after', how: 'hang' },
  'hang-before': { kind: 'before', how: 'hang' },
  reset: { kind: 'before', how: 'reset' },
  'reset-after': { kind: 'after', how: 'reset' },
  'reset-after-bytes': { kind: 'after', how: 'half-body' },
  'half-body': { kind: 'after', how: 'half-body' },
  redirect: {
    kind: 'reply',
    status: 302,
    type: 'text/html',
    body: () => '',
    headers: { location: 'http://127.0.0.1:9/' },
  },
  oversize: {
    kind: 'reply',
    status: 200,
    type: 'application/json',
    body: () => `{"padding":"${'x'.repeat(2 ** 21)}"}`,
  },
  'gzip-bomb': {
    kind: 'reply',
    status: 200,
    type: 'application/json',
    body: () => gzipSync(Buffer.alloc(2 ** 25, ' ')),
    headers: { 'content-encoding': 'gzip' },
  },
  garbage: { kind: 'reply', status: 200, type: 'application/json', body: () => Buffer.from([0xff, 0xfe, 0x00, 0x7b]) },
  empty: { kind: 'reply', status: 200, type: 'application/json', body: () => '' },
  'cf-1020': {
    kind: 'reply',
    status: 403,
    type: 'text/plain; charset=UTF-8',
    body: () => 'error code: 1020',
    headers: { server: 'cloudflare' },
    turnedAway: true,
  },
  'dead-socket': { kind: 'dead-socket' },
  'not-http': { kind: 'before', how: 'not-http' },
  'html-404': page(404),
  'text-404': { kind: 'reply', status: 404, type: 'text/plain; charset=utf-8', body: () => 'default backend - 404' },
  'spring-404': json(404, { timestamp: '2026-01-01T00:00:00.000+00:00', status: 404, error: 'Not Found', path: '/' }),
  'html-405': page(405),
  'invalid-token-400': json(400, { error: 'invalid_token', error_description: 'Invalid access token' }),
  'code-401-in-200': json(200, { response_code: 401, response_message: 'Failure', payload: 'Unauthorized' }),
  'html-200': page(200),
  'html-403': page(403),
  'html-429': page(429),
  'html-503': page(503),
  '403-json': failed(403),
  '401': json(401, { error: 'invalid_token', error_description: 'Invalid access token' }),
  '401-always': json(401, { error: 'invalid_token', error_description: 'Invalid access token' }),
  ...Object.fromEntries(
    [400, 404, 409, 412, 422, 429, 500, 502, 503, 504].map((status) => [`${status}`, failed(status)]),
  ),
} as const satisfies Record<string, Fault>;

const envelopeSchema = z.looseObject({ payload: z.unknown().optional() });
type Envelope = { payload?: unknown; [key: string]: unknown };
const reshape = (change: (envelope: Envelope) => Envelope): Fault => ({
  kind: 'edit',
  edit: (text) => JSON.stringify(change(envelopeSchema.parse(JSON.parse(text)))),
});
const reshapePayload = (change: (payload: Envelope) => Envelope) =>
  reshape((envelope) => ({ ...envelope, payload: change(envelopeSchema.parse(envelope.payload)) }));

const wrapped = {
  'coding-utf8': { kind: 'wrap', headers: { 'content-encoding': 'UTF-8' } },
  'gzip-unasked': { kind: 'wrap', headers: { 'content-encoding': 'gzip' }, wrap: (text) => gzipSync(text) },
  'coding-unknown': {
    kind: 'wrap',
    headers: { 'content-encoding': 'zstd' },
    wrap: (text) => gzipSync(text).subarray(2),
  },
  'base64-newline': { kind: 'wrap', wrap: (text) => text.replace(/"\}$/, '\\n"}') },
  'base64-in-lines': { kind: 'wrap', wrap: (text) => text.replace(/[A-Za-z0-9+/]{76}/g, '$&\\r\\n') },
  utf16: {
    kind: 'wrap',
    headers: { 'content-type': 'application/json; charset=UTF-16LE' },
    wrap: (text) => Buffer.from(text, 'utf16le'),
  },
} as const satisfies Record<string, Fault>;

const bent = {
  'business-failure': reshape(() => ({
    response_code: 1,
    response_message: 'Failure',
    payload: 'Unable to fetch the card account',
  })),
  'business-failure-code': reshape(() => ({
    code: 1,
    message: 'Failure',
    payload: 'Unable to fetch the card account',
  })),
  'not-enabled': reshape(() => ({ response_code: 403, response_message: 'API not enabled', payload: null })),
  'code-message': reshape(({ payload }) => ({ code: 0, message: 'Success', payload })),
  'card-number-in-texts': reshapePayload((payload) => ({
    ...payload,
    companyName: 'Rewards 4111111111111111',
    accountTitle: 'Card 4111 1111 1111 1111',
    totalCards: 4111111111111111,
    primaryEnKashCard: {
      ...envelopeSchema.parse(payload.primaryEnKashCard ?? {}),
      title: 'Ms 4111-1111-1111-1111',
      enKashCardId: 'EKC4111111111111111',
      extEntityId: '4111111111111111',
      cardKitMasterId: 4111111111111111,
      maskedNumber: '4111111111111111',
    },
  })),
  'long-text': reshapePayload((payload) => ({ ...payload, accountTitle: 'x'.repeat(500_000) })),
  'empty-card-list': reshapePayload((payload) => ({ ...payload, primaryEnKashCard: [] })),
  'empty-card-text': reshapePayload((payload) => ({ ...payload, primaryEnKashCard: '' })),
  'time-with-fraction': reshapePayload((payload) => ({ ...payload, createdOn: '2023-08-09 22:30:07.0' })),
  'time-with-t': reshapePayload((payload) => ({ ...payload, createdOn: '2023-08-09T22:30:07' })),
  'time-in-epoch-ms': reshapePayload((payload) => ({ ...payload, createdOn: 1691600407000 })),
  'float-noise-of-billions': reshapePayload((payload) => ({ ...payload, availableBalance: 2 ** 32 + 0.2 + 2 ** -20 })),
  'other-account': reshapePayload((payload) => ({ ...payload, cardAccountId: 'CAOTHER999' })),
  'other-company': reshapePayload((payload) => ({ ...payload, companyId: 'CEKOTHER99' })),
  'money-text': reshapePayload((payload) => ({ ...payload, availableBalance: '898138.00' })),
  'money-third-digit': reshapePayload((payload) => ({ ...payload, availableBalance: 12.345 })),
  'missing-field': reshapePayload(({ availableBalance: _, ...rest }) => rest),
  'unknown-extras': reshapePayload((payload) => ({
    ...payload,
    newField: 'x',
    constructor: 1,
    primaryColour: { a: [1] },
  })),
  'null-payload': reshape((envelope) => ({ ...envelope, payload: null })),
  'array-payload': reshape((envelope) => ({ ...envelope, payload: [envelope.payload] })),
  'stringified-payload': reshape((envelope) => ({ ...envelope, payload: JSON.stringify(envelope.payload) })),
  nan: { kind: 'edit', edit: (text) => text.replace(/"availableBalance":[^,}]+/, '"availableBalance":NaN') },
  proto: { kind: 'edit', edit: (text) => text.replace('{', '{"__proto__":{"polluted":true},') },
  deep: { kind: 'edit', edit: () => '['.repeat(20_000) + ']'.repeat(20_000) },
  'wrong-key': { kind: 'cipher', how: 'wrong-key' },
  corrupted: { kind: 'cipher', how: 'corrupted' },
} as const satisfies Record<string, Fault>;

/** Every fault by the name that `POST /__faults` takes, and `GET /__faults` lists. */
export const faults: ReadonlyMap<string, Fault> = new Map(Object.entries({ ...transport, ...wrapped, ...bent }));

const kindOf = (name: string) => faults.get(name)?.kind;
const faultName = z.string().refine((name) => faults.has(name), {
  error: () => `no such fault; there are ${[...faults.keys()].join(', ')}`,
});
const isBent = (name: string) => ['edit', 'cipher', 'wrap'].includes(kindOf(name) ?? '');
const tokenFaultName = faultName.refine((name) => !isBent(name), 'this fault is for api alone');
/** The body of `POST /__faults`: it replaces what was set before, so `{}` heals everything. */
export const faultPlanSchema = z.strictObject({
  token: tokenFaultName.optional(),
  api: faultName.optional(),
  /** Requests to spoil, of both kinds together; absent means all. */
  times: z.int().positive().optional(),
  /** Milliseconds before an answer, of an honest one too. */
  delayMs: z.int().nonnegative().optional(),
  /** Seconds, sent with 429 and 503. */
  retryAfter: z.int().positive().optional(),
});
export type FaultPlan = z.infer<typeof faultPlanSchema>;
