import type { IncomingHttpHeaders } from 'node:http';
import { setTimeout as wait } from 'node:timers/promises';
import * as tls from 'node:tls';
import { describe, expect, onTestFinished, test } from 'vitest';
import { createAgents } from '../../../lib/enkash/connections.ts';
import { createTransport } from '../../../lib/enkash/transport.ts';
import type { Exchange } from '../../local/http-server.ts';
import { httpReply } from '../../rigs/raw-server.ts';
import { badBody, failed, httpServer, pem, post, rawServer } from '../../rigs/transport-rig.ts';

describe('a reply', () => {
  test('is handed over whole: status, type, Retry-After, headers and bytes', async () => {
    const bytes = Buffer.from([0, 255, 10, 13]);
    const url = await httpServer(({ response }) => {
      response.writeHead(503, { 'content-type': 'x/y', 'retry-after': '7' }).end(bytes);
    });
    expect(await post(url)).toStrictEqual({
      kind: 'reply',
      status: 503,
      contentType: 'x/y',
      retryAfter: '7',
      headers: expect.objectContaining({ 'content-type': 'x/y', 'retry-after': '7' }),
      body: bytes,
    });
  });

  test('without type or body is an empty one', async () => {
    const url = await httpServer(({ response }) => void response.writeHead(204).end());
    expect(await post(url)).toStrictEqual({
      kind: 'reply',
      status: 204,
      contentType: '',
      retryAfter: undefined,
      headers: expect.not.objectContaining({ 'content-type': expect.anything() }),
      body: Buffer.alloc(0),
    });
  });

  test('in chunks is put together', async () => {
    const url = await httpServer(async ({ response }) => {
      for (const piece of ['{"a"', ':', '1}']) {
        response.write(piece);
        await wait(5);
      }
      response.end();
    });
    expect(await post(url)).toMatchObject({ kind: 'reply', body: Buffer.from('{"a":1}') });
  });

  test('of exactly the cap, a megabyte, is taken', async () => {
    const url = await httpServer(({ response }) => void response.end(Buffer.alloc(1_000_000, 'x')));
    const result = await post(url);
    expect(result.kind === 'reply' && result.body.length).toBe(1_000_000);
  });
});

describe('a request', () => {
  test('carries its headers, its length, a stable user agent, and asks for no compression', async () => {
    let method = '';
    let path = '';
    let seen: IncomingHttpHeaders = {};
    const url = await httpServer(({ method: verb, url: { pathname }, headers, body, response }) => {
      method = verb;
      path = pathname;
      seen = headers;
      response.end(body);
    });
    const result = await post(`${url}/uat/read`, {
      headers: { partnerId: 'p', authorization: 'Bearer t' },
      body: '{"₹":1}',
    });
    expect(result).toMatchObject({ kind: 'reply', body: Buffer.from('{"₹":1}') });
    expect([method, path]).toStrictEqual(['POST', '/uat/read']);
    expect(seen).toMatchObject({
      accept: 'application/json',
      'accept-encoding': 'identity',
      'user-agent': 'enkash-card-accounts/1',
      'content-length': String(Buffer.byteLength('{"₹":1}')),
      partnerid: 'p',
      authorization: 'Bearer t',
    });
  });

  test('follows no redirect', async () => {
    let followed = 0;
    const other = await httpServer(({ response }) => {
      followed += 1;
      response.end('{}');
    });
    const url = await httpServer(({ response }) => void response.writeHead(307, { location: other }).end());
    expect(await post(url)).toMatchObject({ kind: 'reply', status: 307 });
    expect(followed).toBe(0);
  });
});

describe('TLS', () => {
  test('a server is trusted by its authority, and only under its own name', async () => {
    const before = tls.getCACertificates('default');
    tls.setDefaultCACertificates([...before, pem.slice(pem.indexOf('-----BEGIN CERTIFICATE'))]);
    onTestFinished(() => tls.setDefaultCACertificates(before));
    const answer = ({ response }: Exchange) => void response.end('{}');
    const url = await httpServer(answer, { tls: { key: pem, cert: pem } });
    const send = createTransport();
    expect(await post(url, {}, send)).toMatchObject({ kind: 'reply', status: 200 });
    expect(await post(url, {}, send)).toMatchObject({ kind: 'reply', status: 200 });
    expect(await post(url.replace('127.0.0.1', '127.0.0.2'))).toMatchObject({ kind: 'failed', sent: false });
  });
});

describe('connections', () => {
  test('are kept alive and used again', async () => {
    const server = await rawServer((socket) => void socket.write(httpReply('{}')));
    const send = createTransport();
    for (let call = 0; call < 5; call += 1) expect(await post(server.url, {}, send)).toMatchObject({ kind: 'reply' });
    expect(server.connections()).toBe(1);
  });

  test('are not shared with a call that wants its own, which asks for it to be closed', async () => {
    const seen: (string | undefined)[] = [];
    const url = await httpServer(({ headers, response }) => {
      seen.push(headers.connection);
      response.end('{}');
    });
    const send = createTransport();
    await post(url, {}, send);
    await post(url, { freshSocket: true }, send);
    expect(seen).toStrictEqual(['keep-alive', 'close']);
  });

  test.each([
    ['after more than a minute without use is given up when no byte comes', 60_001, 'silent'],
    ['after less is waited for', 59_999, 'timeout'],
  ])('that answers nothing %s', async (_, idleMs, why) => {
    const server = await rawServer((socket, nth) => void (nth === 1 && socket.write(httpReply('{}'))));
    let now = 0;
    const send = createTransport(createAgents(() => now));
    await post(server.url, {}, send);
    await wait(20);
    now = idleMs;
    const started = Date.now();
    const reply = await post(server.url, { silentMs: 100, callMs: 400 }, send);
    expect(reply).toStrictEqual(failed(why, true, true));
    expect(Date.now() - started).toBeLessThan(why === 'silent' ? 350 : 1_000);
  });

  test('after a long rest that bring a byte in time are used like any other', async () => {
    const server = await rawServer((socket, nth) => {
      if (nth === 1) socket.write(httpReply('{}'));
      else setTimeout(() => socket.write(httpReply('{}').slice(0, 20)), 20);
      if (nth > 1) setTimeout(() => socket.write(httpReply('{}').slice(20)), 250);
    });
    let now = 0;
    const send = createTransport(createAgents(() => now));
    await post(server.url, {}, send);
    await wait(20);
    now = 3_600_000;
    expect(await post(server.url, { silentMs: 100 }, send)).toMatchObject({ kind: 'reply', status: 200 });
    expect(server.connections()).toBe(1);
  });

  test('that died while kept tell so: reset, on a socket that was used before', async () => {
    const server = await rawServer((socket, nth) => {
      if (nth === 1) socket.write(httpReply('{}'));
      else socket.resetAndDestroy();
    });
    const send = createTransport();
    expect(await post(server.url, {}, send)).toMatchObject({ kind: 'reply' });
    expect(await post(server.url, {}, send)).toStrictEqual(failed('reset', true, true));
    expect(await post(server.url, { freshSocket: true }, send)).toMatchObject({ kind: 'reply' });
  });

  test('are not used again after a reply that was over the cap', async () => {
    const server = await rawServer((socket) => void socket.write(httpReply('x'.repeat(1_000_001))));
    const send = createTransport();
    for (let call = 0; call < 2; call += 1) expect(await post(server.url, {}, send)).toStrictEqual(badBody('size'));
    expect(server.connections()).toBe(2);
  });
});
