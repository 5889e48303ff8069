import http from 'node:http';
import https from 'node:https';
import type { Socket } from 'node:net';
import { IDLE_SOCKET_MS } from '../budgets.ts';
import { decodeBody } from './coding.ts';
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
  /** For calls that may be sent twice: a connection that was idle for over a minute must bring a byte within this. */
  readonly silentMs?: number;
  /** Epoch ms. The request is written once the connection stands, by then or never. */
  readonly sendBy?: number | undefined;
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
  /**
   * The reply began and is unusable: not HTTP (`protocol`, with status 0 when its head was not), in a coding that cannot be
   * undone (`coding`), or cut off or over the cap (`size`, the default).
   */
  | { readonly kind: 'bad-body'; readonly status: number; readonly step?: 'protocol' | 'coding' | 'size' }
  /** `sent` false means that EnKash saw no byte of the request. */
  | { readonly kind: 'failed'; readonly sent: boolean; readonly why: FailureKind; readonly reusedSocket: boolean };

/**
 * `local`: this process could open no socket. `silent`: a connection that had been idle for long brought no byte in
 * `silentMs`. `late`: the connection stood only after `sendBy`.
 */
export type FailureKind = 'dns' | 'connect' | 'tls' | 'reset' | 'timeout' | 'local' | 'silent' | 'late';

export type Send = (request: TransportRequest) => Promise<TransportResult>;

/** A real reply is 4 kB; a megabyte is somebody's mistake or attack. */
const BODY_CAP = 1_000_000;
const USER_AGENT = 'enkash-card-accounts/1';

/** One POST over node:https with keep-alive: no redirects, no retry. */
export function createTransport(agents: Agents = createAgents()): Send {
  return (request) => post(request, agents);
}

function post(
  { url, headers, body, connectMs, callMs, freshSocket, silentMs, sendBy }: TransportRequest,
  agents: Agents,
): Promise<TransportResult> {
  return new Promise((resolve) => {
    const secure = url.protocol === 'https:';
    let sent = false;
    let status: number | undefined;
    let connectTimer: NodeJS.Timeout | undefined;
    let silentTimer: NodeJS.Timeout | undefined;

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
      clearTimeout(silentTimer);
      resolve(result);
      if (result.kind !== 'reply') request.destroy();
    };
    const fail = (why: FailureKind): void => finish({ kind: 'failed', sent, why, reusedSocket: request.reusedSocket });
    const callTimer = setTimeout(() => fail('timeout'), Math.max(0, callMs));

    const onConnected = (): void => {
      clearTimeout(connectTimer);
      if (sendBy !== undefined && Date.now() > sendBy) {
        fail('late');
        return;
      }
      sent = true;
      if (sendBy !== undefined) request.end(body);
    };
    request.on('socket', (socket: Socket) => {
      // A socket that could not be opened is handed over already destroyed.
      if (socket.destroyed && !request.reusedSocket) return;
      if (!socket.connecting) {
        onConnected();
        if (silentMs !== undefined && agents.idleMs(socket) > IDLE_SOCKET_MS) {
          const { bytesRead } = socket;
          silentTimer = setTimeout(() => socket.bytesRead === bytesRead && fail('silent'), silentMs);
        }
        return;
      }
      connectTimer = setTimeout(() => fail('timeout'), Math.max(0, connectMs));
      socket.once(secure ? 'secureConnect' : 'connect', onConnected);
    });
    request.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code?.startsWith('HPE_') && error.code !== CUT_OFF)
        finish({ kind: 'bad-body', status: status ?? 0, step: 'protocol' });
      else if (status !== undefined) finish({ kind: 'bad-body', status, step: 'size' });
      else fail(sent ? 'reset' : unsentKind(error.code));
    });
    request.on('response', (response) => {
      status = response.statusCode ?? 0;
      collect(response, status, finish);
    });
    if (sendBy === undefined) request.end(body);
  });
}

function collect(response: http.IncomingMessage, status: number, finish: (result: TransportResult) => void): void {
  const bad = (step: 'coding' | 'size'): void => finish({ kind: 'bad-body', status, step });
  const chunks: Buffer[] = [];
  let size = 0;
  response.on('data', (chunk: Buffer) => {
    size += chunk.length;
    if (size > BODY_CAP) bad('size');
    else chunks.push(chunk);
  });
  response.on('error', () => bad('size'));
  response.on('end', () => {
    const { headers, complete } = response;
    const { 'content-type': contentType = '', 'retry-after': retryAfter, 'content-encoding': coding = '' } = headers;
    const body = complete ? decodeBody(Buffer.concat(chunks, size), coding, BODY_CAP) : 'size';
    if (typeof body === 'string') bad(body);
    else finish({ kind: 'reply', status, contentType, retryAfter, headers, body });
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

/** The parser's word for a body that ended too early. */
const CUT_OFF = 'HPE_INVALID_EOF_STATE';
/** No descriptor or no memory for a socket. */
const LOCAL_CODES = new Set(['EMFILE', 'ENFILE', 'ENOBUFS', 'ENOMEM']);

function unsentKind(code: string | undefined): FailureKind {
  if (code === undefined) return 'connect';
  if (LOCAL_CODES.has(code)) return 'local';
  if (DNS_CODES.has(code)) return 'dns';
  return CONNECT_CODES.has(code) ? 'connect' : 'tls';
}
