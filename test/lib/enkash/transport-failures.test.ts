import http from 'node:http';
import { Socket } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { createAgents } from '../../../lib/enkash/connections.ts';
import { createTransport } from '../../../lib/enkash/transport.ts';
import type { Exchange } from '../../local/http-server.ts';
import { closedPort } from '../../rigs/raw-server.ts';
import { badBody, failed, httpServer, pem, post, rawServer } from '../../rigs/transport-rig.ts';

describe('a call that EnKash never saw', () => {
  test('to a port that refuses', async () => {
    expect(await post(`http://127.0.0.1:${await closedPort()}`)).toStrictEqual(failed('connect', false));
  });

  test('to a name that does not resolve', async () => {
    // Longer than a label may be, so that no resolver is asked.
    expect(await post(`http://${'x'.repeat(64)}.invalid`)).toStrictEqual(failed('dns', false));
  });

  test('to a server whose certificate is self-signed', async () => {
    let reached = 0;
    const answer = ({ response }: Exchange) => {
      reached += 1;
      response.end('{}');
    };
    const url = await httpServer(answer, { tls: { key: pem, cert: pem } });
    expect(await post(url)).toStrictEqual(failed('tls', false));
    expect(await post(url, { freshSocket: true })).toStrictEqual(failed('tls', false));
    expect(reached).toBe(0);
  });

  test('over TLS to a server that speaks plain HTTP', async () => {
    const url = await httpServer(({ response }) => void response.end('{}'));
    expect(await post(url.replace('http:', 'https:'))).toStrictEqual(failed('tls', false));
  });

  test('over TLS to a server that resets during the handshake', async () => {
    const { port } = await rawServer(
      () => {},
      (socket) => socket.once('data', () => socket.resetAndDestroy()),
    );
    expect(await post(`https://127.0.0.1:${port}`)).toStrictEqual(failed('connect', false));
  });

  test('over TLS to a server that never shakes hands: given up after connectMs', async () => {
    const { port } = await rawServer(() => {});
    const started = Date.now();
    expect(await post(`https://127.0.0.1:${port}`, { connectMs: 100 })).toStrictEqual(failed('timeout', false));
    expect(Date.now() - started).toBeLessThan(1_000);
  });
});

describe('a call that may not be sent after sendBy', () => {
  test.each([true, false])('is not sent once that has passed, on a fresh socket: %s', async (freshSocket) => {
    let reached = 0;
    const url = await httpServer(({ response }) => {
      reached += 1;
      response.end('{}');
    });
    expect(await post(url, { freshSocket, sendBy: Date.now() - 1 })).toStrictEqual(failed('late', false));
    expect(reached).toBe(0);
    expect(await post(url, { freshSocket, sendBy: Date.now() + 60_000 })).toMatchObject({ kind: 'reply', status: 200 });
    expect(reached).toBe(1);
  });
});

describe('a call for which no socket could be opened', () => {
  test.each(['EMFILE', 'ENFILE', 'ENOBUFS'])('is a lack of ours, and sent nothing: %s', async (code) => {
    const agent = new http.Agent();
    agent.createConnection = () => new Socket().destroy(Object.assign(new Error(code), { code }));
    const send = createTransport({ ...createAgents(), of: () => agent });
    expect(await post('http://127.0.0.1:9', {}, send)).toStrictEqual(failed('local', false));
  });
});

describe('a call that EnKash may have seen', () => {
  test('that hangs is given up after callMs', async () => {
    const { url } = await rawServer(() => {});
    const started = Date.now();
    expect(await post(url, { callMs: 150 })).toStrictEqual(failed('timeout', true));
    expect(Date.now() - started).toBeLessThan(1_000);
  });

  test('that is reset before a byte of the reply', async () => {
    const { url } = await rawServer((socket) => socket.resetAndDestroy());
    expect(await post(url)).toStrictEqual(failed('reset', true));
  });

  test('that is closed before a byte of the reply', async () => {
    const { url } = await rawServer((socket) => void socket.end());
    expect(await post(url)).toStrictEqual(failed('reset', true));
  });

  test('that is answered by something else than HTTP', async () => {
    const { url } = await rawServer((socket) => void socket.end('SSH-2.0-OpenSSH\r\n'));
    expect(await post(url)).toStrictEqual(badBody('protocol', 0));
  });

  test('whose reply trickles in byte by byte is given up after callMs', async () => {
    const { url } = await rawServer((socket) => {
      socket.write('HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\n');
      const timer = setInterval(() => socket.write('x'), 20);
      socket.on('close', () => clearInterval(timer));
    });
    const started = Date.now();
    expect(await post(url, { callMs: 300 })).toStrictEqual(failed('timeout', true));
    expect(Date.now() - started).toBeLessThan(1_500);
  });

  test('without any time left is given up at once', async () => {
    const { url } = await rawServer(() => {});
    expect(await post(url, { callMs: -5, connectMs: -5 })).toMatchObject({ kind: 'failed', why: 'timeout' });
  });
});

describe('a reply that cannot be used', () => {
  test('half a body and a reset', async () => {
    const { url } = await rawServer((socket) => {
      socket.write('HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\n{"half"', () =>
        setTimeout(() => socket.resetAndDestroy(), 20),
      );
    });
    expect(await post(url)).toStrictEqual(badBody('size'));
  });

  test('half a body and a close', async () => {
    const { url } = await rawServer(
      (socket) => void socket.end('HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\n{"half"'),
    );
    expect(await post(url)).toStrictEqual(badBody('size'));
  });

  test('chunks without the last one', async () => {
    const { url } = await rawServer(
      (socket) => void socket.end('HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n2\r\n{}\r\n'),
    );
    expect(await post(url)).toStrictEqual(badBody('size'));
  });

  test('a byte over a megabyte', async () => {
    const url = await httpServer(({ response }) => void response.end(Buffer.alloc(1_000_001, 'x')));
    expect(await post(url)).toStrictEqual(badBody('size'));
  });

  test('an endless body, of which no more than the cap is read', async () => {
    let written = 0;
    const { url } = await rawServer((socket) => {
      socket.write('HTTP/1.1 200 OK\r\n\r\n');
      const piece = Buffer.alloc(65_536, 'x');
      const push = () => {
        if (socket.destroyed) return;
        written += piece.length;
        socket.write(piece, push);
      };
      push();
    });
    expect(await post(url)).toStrictEqual(badBody('size'));
    await wait(50);
    expect(written).toBeLessThan(20_000_000);
  });

  test('two lengths at once, in its head or behind it', async () => {
    const { url } = await rawServer(
      (socket) =>
        void socket.end(
          'HTTP/1.1 200 OK\r\ncontent-length: 2\r\ntransfer-encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n',
        ),
    );
    expect(await post(url)).toStrictEqual(badBody('protocol', 0));
    const behind = await rawServer(
      (socket) => void socket.end('HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n{}\r\n0\r\n\r\n'),
    );
    expect(await post(behind.url)).toStrictEqual(badBody('protocol'));
  });

  test.each([
    ['size', 'gzip', gzipSync(Buffer.alloc(2 ** 25, ' '))],
    ['size', '', gzipSync(Buffer.alloc(2 ** 25, ' '))],
    ['coding', 'gzip', Buffer.from('no gzip')],
    ['coding', 'gzip', gzipSync('{}').subarray(0, 12)],
    ['coding', 'zstd', Buffer.from('(µ/ý')],
    ['coding', 'constructor', Buffer.from('x')],
    ['coding', 'gzip, gzip, gzip', gzipSync(gzipSync(gzipSync('{}')))],
  ])('a coding that cannot be undone, step %s: %j', async (step, encoding, body) => {
    const url = await httpServer(
      ({ response }) => void response.writeHead(200, { 'content-encoding': encoding }).end(body),
    );
    expect(await post(url)).toStrictEqual(badBody(step));
  });
});

describe('a coding that nobody asked for', () => {
  const text = '{"request":"x"}';
  test.each([
    ['gzip', gzipSync(text)],
    ['x-gzip', gzipSync(text)],
    ['GZIP', gzipSync(text)],
    ['br', brotliCompressSync(text)],
    ['deflate', deflateSync(text)],
    ['gzip, identity', gzipSync(text)],
    ['deflate, gzip', gzipSync(deflateSync(text))],
    ['', gzipSync(text)],
    ['UTF-8', Buffer.from(text)],
    ['none', Buffer.from(text)],
    ['gzip', Buffer.from(text)],
  ])('is undone, or passed by where the body is JSON: %j', async (encoding, body) => {
    const url = await httpServer(
      ({ response }) => void response.writeHead(200, { 'content-encoding': encoding }).end(body),
    );
    expect(await post(url)).toMatchObject({ kind: 'reply', status: 200, body: Buffer.from(text) });
  });
});

describe('identity', () => {
  test.each(['identity', 'Identity', ''])('identity, said out loud as %j, is none', async (encoding) => {
    const url = await httpServer(
      ({ response }) => void response.writeHead(200, { 'content-encoding': encoding }).end('{}'),
    );
    expect(await post(url)).toMatchObject({ kind: 'reply', status: 200 });
  });
});
