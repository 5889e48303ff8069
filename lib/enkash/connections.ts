import http from 'node:http';
import https from 'node:https';
import net from 'node:net';
import tls from 'node:tls';
import { CONNECT_MS, IDLE_SOCKET_MS, UNUSED_SOCKET_MS } from '../budgets.ts';

// lifo: the socket used last is the least likely to have died while Lambda was frozen.
const keepAlive = { keepAlive: true, scheduling: 'lifo', maxFreeSockets: 64, timeout: IDLE_SOCKET_MS } as const;

export type Agents = {
  of(url: URL): http.Agent;
  /** How long ago a kept connection was used last, by the wall clock: while Lambda is frozen, no other clock runs. */
  idleMs(socket: net.Socket): number;
  /** Opens a connection, TLS included, and sends nothing; the next call to that host takes it. Never rejects. */
  preconnect(url: URL): Promise<void>;
};

/** Keep-alive agents that can open a connection ahead: in Lambda's init phase, where CPU is not throttled. */
export function createAgents(now = Date.now): Agents {
  const ahead = new Map<string, net.Socket>();
  const freedAt = new WeakMap<net.Socket, number>();

  function takeFirst<A extends http.Agent>(agent: A): A {
    const create = agent.createConnection.bind(agent);
    agent.createConnection = (options, callback) => {
      const key = `${options.host}:${options.port}`;
      const socket = ahead.get(key);
      ahead.delete(key);
      if (!socket?.writable) return create(options, callback);
      return socket.setTimeout(0).off('timeout', socket.destroy).off('error', socket.destroy).ref();
    };
    agent.on('free', (socket: net.Socket) => freedAt.set(socket, now()));
    return agent;
  }

  const plain = takeFirst(new http.Agent(keepAlive));
  const secure = takeFirst(new https.Agent(keepAlive));

  return {
    idleMs: (socket) => now() - (freedAt.get(socket) ?? now()),
    of: (url) => (url.protocol === 'https:' ? secure : plain),
    preconnect: (url) =>
      new Promise((resolve) => {
        const isSecure = url.protocol === 'https:';
        const target = { host: url.hostname, port: Number(url.port) || (isSecure ? 443 : 80) };
        const servername = net.isIP(target.host) === 0 ? target.host : '';
        const socket = isSecure ? tls.connect({ ...target, servername }) : net.connect(target);
        socket.setTimeout(CONNECT_MS).on('timeout', socket.destroy).on('error', socket.destroy);
        socket.once('close', () => resolve());
        socket.once(isSecure ? 'secureConnect' : 'connect', () => {
          ahead.set(`${target.host}:${target.port}`, socket.setTimeout(UNUSED_SOCKET_MS).unref());
          resolve();
        });
      }),
  };
}
