import type { TransportResult } from '../../../lib/enkash/transport.ts';

/** One answer to a login, as the transport hands it over. */
export type EdgeReply = {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
};

const html = { 'content-type': 'text/html' };
const json = { 'content-type': 'application/json' };
const plain = { 'content-type': 'text/plain; charset=UTF-8' };
const cloudflare = { server: 'cloudflare', 'cf-ray': '8f0c1d2e3a4b5c6d-BOM' };
const page = '<!DOCTYPE html><html><head><title>Sorry</title></head><body>Try again later</body></html>';

export function toResult({ status, headers, body }: EdgeReply): TransportResult {
  const { 'content-type': contentType = '', 'retry-after': retryAfter } = headers;
  return { kind: 'reply', status, contentType, retryAfter, headers, body: Buffer.from(body) };
}

/** The two rows of the outcome table in which an edge proves that it answered by itself. */
export const turnedAway: readonly EdgeReply[] = [
  { status: 403, headers: { ...html, ...cloudflare, 'cf-mitigated': 'challenge' }, body: page },
  { status: 403, headers: { ...plain, ...cloudflare }, body: 'error code: 1020' },
  { status: 429, headers: { ...plain, ...cloudflare, 'retry-after': '10' }, body: 'error code: 1015\n' },
];

const pageOf = (status: number): EdgeReply => ({ status, headers: { ...html, ...cloudflare }, body: page });

/** Answers that leave open whether a password was checked: each can stand in front of one. */
export const ambiguous: readonly EdgeReply[] = [
  ...[301, 302, 403, 404, 405, 408, 409, 429, 500, 502, 503, 504, 520, 521, 522, 523, 524, 525, 526, 530].map(pageOf),
  { status: 200, headers: html, body: page },
  { status: 200, headers: json, body: '' },
  { status: 204, headers: {}, body: '' },
  { status: 200, headers: json, body: '{"token_type":"bearer","expires_in":300}' },
  { status: 403, headers: { 'content-type': 'text/plain' }, body: 'error code: 1020' },
  { status: 403, headers: { ...plain, server: 'nginx' }, body: 'error code: 1020' },
  { status: 403, headers: { ...html, ...cloudflare }, body: 'error code: 1020 and more' },
  { status: 200, headers: json, body: '{"access_token":"short","expires_in":300}' },
  // A token beside a failure code: neither a success nor, for certain, a refusal.
  { status: 200, headers: json, body: '{"resultCode":1,"access_token":"a-token-that-is-none-0001"}' },
  { status: 404, headers: json, body: '{"message":"no such route"}' },
  { status: 405, headers: json, body: '{"error":"method_not_allowed"}' },
  { status: 429, headers: { ...json, 'retry-after': '30' }, body: '{"error":"too_many_attempts"}' },
  { status: 503, headers: { ...html, 'retry-after': '20' }, body: page },
  { status: 503, headers: json, body: '{"error":"unavailable"}' },
  { status: 500, headers: json, body: '{"error":"server_error"}' },
  { status: 530, headers: { ...plain, ...cloudflare }, body: 'origin is unreachable' },
  { status: 500, headers: { 'content-type': 'application/xml' }, body: '<oauth><error>invalid_grant</error></oauth>' },
];

/** Answers that the gate takes for EnKash's own refusal, whoever sent them. */
export const refusals: readonly EdgeReply[] = [
  { status: 400, headers: json, body: '{"error":"invalid_grant","error_description":"Bad credentials"}' },
  { status: 401, headers: json, body: '{"error":"unauthorized"}' },
  { status: 401, headers: html, body: page },
  { status: 403, headers: json, body: '{"error":"access_denied"}' },
  { status: 403, headers: html, body: '{"error":"account_locked"}' },
  { status: 403, headers: { 'content-type': 'application/xml' }, body: '<oauth><error>locked</error></oauth>' },
  { status: 200, headers: json, body: '{"resultCode":1,"resultMessage":"Invalid user"}' },
  { status: 200, headers: json, body: '{"response_code":"403","payload":"failed"}' },
  { status: 200, headers: json, body: '{"error":"invalid_grant"}' },
];

/** The reply shapes of enkash-api.md section 3. `leftMs` undefined: no life is stated. */
export function grant(shape: number, token: string, leftMs: number | undefined, now: number): TransportResult {
  const seconds = leftMs === undefined ? undefined : Math.floor(leftMs / 1000);
  const shapes = [
    { access_token: token, token_type: 'bearer', refresh_token: 'unused', expires_in: seconds, scope: 'read' },
    { accessToken: token, tokenType: 'bearer', expiresIn: seconds === undefined ? undefined : String(seconds) },
    { token, expiry: leftMs === undefined ? undefined : now + leftMs, resultCode: 0, resultMessage: 'OK' },
  ];
  return toResult({ status: 200, headers: json, body: JSON.stringify(shapes[shape % shapes.length]) });
}

/** What the application says to a login without Authorization, username and password. */
export const controlAnswer: EdgeReply = { status: 401, headers: json, body: '{"error":"unauthorized"}' };
