import { readFileSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import * as tls from 'node:tls';
import { describe, expect, onTestFinished, test } from 'vitest';
import { createAgents } from '../../../lib/enkash/connections.ts';
import { createTransport } from '../../../lib/enkash/transport.ts';
import { listen } from '../../local/http-server.ts';
import { closedPort, httpReply, startRawServer } from '../../rigs/raw-server.ts';

const pem = readFileSync(new URL('../../fixtures/self-signed.pem', import.meta.url), 'utf8');
const request = { headers: {}, body: '{}', connectMs: 1_000, callMs: 2_000, freshSocket: false };

async function rawServer(...hooks: Parameters<typeof startRawServer>) {
  const server = await startRawServer(...hooks);
  onTestFinished(() => server.close());
  return { ...server, url: new URL(`http://127.0.0.1:${server.port}/read`) };
}
function started() {
  const agents = createAgents();
  return { agents, send: createTransport(agents) };
}

describe('preconnect', () => {
  test('opens a connection and sends nothing; the next call takes it', async () => {
    let requests = 0;
    const { url, connections } = await rawServer((socket) => {
      requests += 1;
      socket.write(httpReply('{}'));
    });
    const { agents, send } = started();
    await agents.preconnect(url);
    await wait(20);
    expect([connections(), requests]).toStrictEqual([1, 0]);
    expect(await send({ ...request, url })).toMatchObject({ kind: 'reply', status: 200 });
    expect(await send({ ...request, url })).toMatchObject({ kind: 'reply', status: 200 });
    expect([connections(), requests]).toStrictEqual([1, 2]);
  });

  test('gives its connection to one call only; a second one at the same time opens its own', async () => {
    const { url, connections } = await rawServer((socket) => void setTimeout(() => socket.write(httpReply('{}')), 20));
    const { agents, send } = started();
    await agents.preconnect(url);
    await Promise.all([send({ ...request, url }), send({ ...request, url })]);
    expect(connections()).toBe(2);
  });

  test('never lends its connection to a call that wants its own, such as a login', async () => {
    const { url, connections } = await rawServer((socket) => void socket.write(httpReply('{}')));
    const { agents, send } = started();
    await agents.preconnect(url);
    await send({ ...request, url, freshSocket: true });
    expect(connections()).toBe(2);
  });

  test('a connection that the server closed meanwhile is not used', async () => {
    const { url, connections } = await rawServer(
      (socket) => void socket.write(httpReply('{}')),
      (socket) => {
        if (connections() === 1) setTimeout(() => socket.end(), 10);
      },
    );
    const { agents, send } = started();
    await agents.preconnect(url);
    await wait(50);
    expect(await send({ ...request, url })).toMatchObject({ kind: 'reply', status: 200 });
    expect(connections()).toBe(2);
  });

  test('does not reject when the port refuses or the name does not resolve', async () => {
    const { agents } = started();
    expect(await agents.preconnect(new URL(`http://127.0.0.1:${await closedPort()}`))).toBeUndefined();
    expect(await agents.preconnect(new URL(`http://${'x'.repeat(64)}.invalid`))).toBeUndefined();
  });

  test('without a port goes to the port of the scheme', async () => {
    const { agents } = started();
    expect(await agents.preconnect(new URL(`https://${'x'.repeat(64)}.invalid`))).toBeUndefined();
  });

  test('gives up after a second on a server that never shakes hands', async () => {
    const { url } = await rawServer(() => {});
    const before = Date.now();
    expect(await started().agents.preconnect(new URL(url.href.replace('http:', 'https:')))).toBeUndefined();
    expect(Date.now() - before).toBeGreaterThanOrEqual(900);
    expect(Date.now() - before).toBeLessThan(3_000);
  });
});

describe('preconnect over TLS', () => {
  async function tlsServer() {
    let reached = 0;
    const server = await listen(
      ({ response }) => {
        reached += 1;
        response.end('{}');
      },
      { tls: { key: pem, cert: pem } },
    );
    onTestFinished(() => server.close());
    return { url: new URL(server.url), reached: () => reached };
  }

  test('refuses a self-signed certificate, and the call after it refuses it too', async () => {
    const { url, reached } = await tlsServer();
    const { agents, send } = started();
    await agents.preconnect(url);
    expect(await send({ ...request, url })).toMatchObject({ kind: 'failed', sent: false, why: 'tls' });
    expect(reached()).toBe(0);
  });

  test('serves the next call when the certificate is trusted, under an address and under a name', async () => {
    const before = tls.getCACertificates('default');
    tls.setDefaultCACertificates([...before, pem.slice(pem.indexOf('-----BEGIN CERTIFICATE'))]);
    onTestFinished(() => tls.setDefaultCACertificates(before));
    const { url, reached } = await tlsServer();
    for (const host of ['127.0.0.1', 'localhost']) {
      const { agents, send } = started();
      const target = new URL(url.href.replace('127.0.0.1', host));
      await agents.preconnect(target);
      expect(await send({ ...request, url: target })).toMatchObject({ kind: 'reply', status: 200 });
    }
    expect(reached()).toBe(2);
  });
});
