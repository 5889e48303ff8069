import http from 'node:http';
import https from 'node:https';
import type { Socket } from 'node:net';
import { type Agents, createAgents } from './connections.ts';

export type TransportRequest = {
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** Until the connection stands, TLS included. */
  readonly connectMs: number;
  /** From start to the last byte of the reply. */
  readonly callMs: number;
  /** A connection of its own, closed afterwards: for calls that must not be sent twice. */
  readonly freshSocket: boolean;
};

/** What came of one POST. It never rejects: judging is the caller's part. */
export type TransportResult =
  | {
      readonly kind: 'reply';
      readonly status: number;
      readonly contentType: string;
      readonly retryAfter: string | undefined;
      /** Lower-cased names; for the login's judge, which asks what an edge says of itself. */
      readonly headers: http.IncomingHttpHeaders;
      readonly body: Buffer;
    }
  /** The reply began and is unusable: cut off, over the cap, or in an encoding that was not asked for. */
  | { readonly kind: 'bad-body'; readonly status: number }
  /** `sent` false means that EnKash saw no byte of the request. */
  | { readonly kind: 'failed'; readonly sent: boolean; readonly why: FailureKind; readonly reusedSocket: boolean };

export type FailureKind = 'dns' | 'connect' | 'tls' | 'reset' | 'timeout';

export type Send = (request: TransportRequest) => Promise<TransportResult>;

/** A real reply is 4 kB; a megabyte is somebody's mistake or attack. */
const BODY_CAP = 1_000_000;
const USER_AGENT = 'enkash-card-accounts/1';

/** One POST over node:https with keep-alive: no redirects, no decompression, no retry. */
export function createTransport(agents: Agents = createAgents()): Send {
  return (request) => post(request, agents);
}

function post(
  { url, headers, body, connectMs, callMs, freshSocket }: TransportRequest,
  agents: Agents,
): Promise<TransportResult> {
  return new Promise((resolve) => {
    const secure = url.protocol === 'https:';
    let sent = false;
    let status: number | undefined;
    let connectTimer: NodeJS.Timeout | undefined;

    const request = (secure ? https : http).request(url, {
      method: 'POST',
      agent: freshSocket ? false : agents.of(url),
      headers: {
        accept: 'application/json',
        'accept-encoding': 'identity',
        'user-agent': USER_AGENT,
        'content-length': Buffer.byteLength(body),
        ...headers,
      },
    });
    const finish = (result: TransportResult): void => {
      clearTimeout(callTimer);
      clearTimeout(connectTimer);
      resolve(result);
      if (result.kind !== 'reply') request.destroy();
    };
    const fail = (why: FailureKind): void => finish({ kind: 'failed', sent, why, reusedSocket: request.reusedSocket });
    const callTimer = setTimeout(() => fail('timeout'), Math.max(0, callMs));

    request.on('socket', (socket: Socket) => {
      if (!socket.connecting) {
        sent = true;
        return;
      }
      connectTimer = setTimeout(() => fail('timeout'), Math.max(0, connectMs));
      socket.once(secure ? 'secureConnect' : 'connect', () => {
        sent = true;
        clearTimeout(connectTimer);
      });
    });
    request.on('error', (error: NodeJS.ErrnoException) => {
      if (status !== undefined) finish({ kind: 'bad-body', status });
      else fail(sent ? 'reset' : unsentKind(error.code));
    });
    request.on('response', (response) => {
      status = response.statusCode ?? 0;
      collect(response, status, finish);
    });
    request.end(body);
  });
}

function collect(response: http.IncomingMessage, status: number, finish: (result: TransportResult) => void): void {
  const bad = (): void => finish({ kind: 'bad-body', status });
  const encoding = response.headers['content-encoding'] ?? '';
  if (encoding !== '' && encoding.toLowerCase() !== 'identity') {
    bad();
    return;
  }

  const chunks: Buffer[] = [];
  let size = 0;
  response.on('data', (chunk: Buffer) => {
    size += chunk.length;
    if (size > BODY_CAP) bad();
    else chunks.push(chunk);
  });
  response.on('error', bad);
  response.on('end', () => {
    const { headers } = response;
    const { 'content-type': contentType = '', 'retry-after': retryAfter } = headers;
    const body = Buffer.concat(chunks, size);
    const reply = { kind: 'reply', status, contentType, retryAfter, headers, body } as const;
    finish(response.complete ? reply : { kind: 'bad-body', status });
  });
}

const DNS_CODES = new Set(['ENOTFOUND', 'EAI_AGAIN', 'EAI_FAIL', 'ENODATA']);
const CONNECT_CODES = new Set([
  'ECONNREFUSED',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'EADDRNOTAVAIL',
  'ETIMEDOUT',
  'ECONNRESET',
]);

function unsentKind(code: string | undefined): FailureKind {
  if (code === undefined) return 'connect';
  if (DNS_CODES.has(code)) return 'dns';
  return CONNECT_CODES.has(code) ? 'connect' : 'tls';
}
