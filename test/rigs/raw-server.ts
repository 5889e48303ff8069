import * as net from 'node:net';

export type RawServer = { readonly port: number; readonly connections: () => number; close(): Promise<void> };

/**
 * A TCP server on loopback for what an HTTP server would not do.
 * @param onRequest called for each piece of a connection that ends a request's head or body
 * @param onConnection called before any byte has arrived
 */
export async function startRawServer(
  onRequest: (socket: net.Socket, nth: number) => void,
  onConnection: (socket: net.Socket) => void = () => {},
): Promise<RawServer> {
  const sockets = new Set<net.Socket>();
  let connections = 0;
  const server = net.createServer((socket) => {
    connections += 1;
    sockets.add(socket);
    let seen = '';
    let requests = 0;
    socket.on('error', () => {});
    socket.on('close', () => sockets.delete(socket));
    socket.on('data', (chunk) => {
      seen += chunk.toString('latin1');
      const length = Number(/content-length: (\d+)/i.exec(seen)?.[1] ?? Number.NaN);
      const head = seen.indexOf('\r\n\r\n');
      if (head < 0 || seen.length < head + 4 + length) return;
      seen = '';
      requests += 1;
      onRequest(socket, requests);
    });
    onConnection(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  return {
    port: typeof address === 'object' && address ? address.port : 0,
    connections: () => connections,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
}

export const httpReply = (body: string, head = ''): string =>
  `HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: ${Buffer.byteLength(body)}\r\n${head}\r\n${body}`;

/** A port that nothing listens on. */
export async function closedPort(): Promise<number> {
  const server = await startRawServer(() => {});
  await server.close();
  return server.port;
}
