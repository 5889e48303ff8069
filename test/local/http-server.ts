import * as http from 'node:http';
import * as https from 'node:https';
import type { AddressInfo } from 'node:net';

export type Tls = { readonly key: string | Buffer; readonly cert: string | Buffer };
export type Exchange = {
  readonly method: string;
  readonly url: URL;
  readonly headers: http.IncomingHttpHeaders;
  /** Headers as the client spelled them, name and value in turn. */
  readonly rawHeaders: readonly string[];
  readonly body: Buffer;
  readonly response: http.ServerResponse;
};
export type Listener = { readonly url: string; readonly port: number; close(): Promise<void> };
export type ListenOptions = {
  /** @default 0, any free port */
  readonly port?: number;
  /** Bytes after which the rest of a body is thrown away; `body` then has one byte more than this. @default 16 MiB */
  readonly maxBody?: number;
  readonly tls?: Tls;
  /** How long what is in flight may still take after `close`. @default 0 */
  readonly drainMs?: number;
};

async function readBody(request: http.IncomingMessage, maxBody: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let kept = 0;
  for await (const chunk of request) {
    if (kept <= maxBody) chunks.push(chunk.subarray(0, maxBody + 1 - kept));
    kept += chunk.length;
  }
  return Buffer.concat(chunks);
}

/** A server on loopback that hands over each request with its whole body. Whatever `answer` throws becomes a bare 500. */
export async function listen(
  answer: (exchange: Exchange) => Promise<void> | void,
  { port = 0, maxBody = 16 * 1024 * 1024, tls, drainMs = 0 }: ListenOptions = {},
): Promise<Listener> {
  const onRequest = async (request: http.IncomingMessage, response: http.ServerResponse) => {
    try {
      const body = await readBody(request, maxBody);
      const url = new URL(`http://localhost${request.url ?? '/'}`);
      const { method = 'GET', headers, rawHeaders } = request;
      await answer({ method, url, headers, rawHeaders, body, response });
    } catch {
      if (!response.headersSent) response.writeHead(500);
      response.end();
    }
  };
  const server = tls ? https.createServer(tls, onRequest) : http.createServer(onRequest);
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(port, '127.0.0.1', resolve));
  const bound = server.address();
  const taken = isAddress(bound) ? bound.port : port;
  return {
    url: `${tls ? 'https' : 'http'}://127.0.0.1:${taken}`,
    port: taken,
    close: () => drain(server, drainMs),
  };
}

/** Takes no new request, and ends the connections: each after its answer, or all after `drainMs`. */
async function drain(server: http.Server | https.Server, drainMs: number): Promise<void> {
  const closed = new Promise((resolve) => server.close(resolve));
  if (drainMs === 0) server.closeAllConnections();
  const idle = setInterval(() => server.closeIdleConnections(), 20);
  const end = setTimeout(() => server.closeAllConnections(), drainMs);
  await closed;
  clearInterval(idle);
  clearTimeout(end);
}

const isAddress = (bound: AddressInfo | string | null): bound is AddressInfo => typeof bound === 'object' && !!bound;

export function sendJson(
  response: http.ServerResponse,
  status: number,
  body: unknown,
  headers: Record<string, string> = {},
): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));
}
