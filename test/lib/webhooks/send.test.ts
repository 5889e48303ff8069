import type { LookupAddress } from 'node:dns';
import { Webhook } from 'standardwebhooks';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createSendWebhook } from '../../../lib/webhooks/send.ts';
import { type Exchange, type Listener, listen } from '../../local/http-server.ts';

const secret = `whsec_${Buffer.from('0123456789abcdef0123456789abcdef').toString('base64')}`;
const other = `whsec_${Buffer.from('another secret, another secret !').toString('base64')}`;
const message = { id: 'e'.repeat(32), body: JSON.stringify({ type: 'balance.low', data: { text: '₹4,210.00' } }) };

let receiver: Listener;
let received: Exchange[] = [];
let answer: (exchange: Exchange) => void = () => {};
beforeEach(async () => {
  received = [];
  answer = ({ response }) => void response.writeHead(204).end();
  receiver = await listen((exchange) => {
    received.push(exchange);
    answer(exchange);
  });
});
afterEach(() => receiver.close());

/** A resolver that answers what the test says, one list for each question. */
function lookupOf(...answers: readonly (readonly string[])[]) {
  const asked: string[] = [];
  const lookup = (name: string, _: unknown, callback: (error: null, found: LookupAddress[]) => void) => {
    const addresses = answers[Math.min(asked.length, answers.length - 1)] ?? [];
    asked.push(name);
    callback(
      null,
      addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 })),
    );
  };
  return { asked, lookup: lookup as never };
}
const localSend = (more = {}) => createSendWebhook({ loopback: true, timeoutMs: 2_000, ...more });

describe('a webhook that is sent', () => {
  test('is accepted by the official library, with either secret while one is being changed', async () => {
    const sent = await localSend()(`${receiver.url}/hook?tenant=7`, message, [secret, other]);
    expect(sent).toEqual({ outcome: 'delivered', status: 204 });
    const [{ method, url, headers, body } = received[0] as Exchange] = received;
    expect([method, url.pathname, url.search, headers['content-type']]).toEqual([
      'POST',
      '/hook',
      '?tenant=7',
      'application/json',
    ]);
    for (const known of [secret, other])
      expect(new Webhook(known).verify(body.toString(), headers as Record<string, string>)).toEqual(
        JSON.parse(message.body),
      );
    const stranger = `whsec_${Buffer.from('x'.repeat(24)).toString('base64')}`;
    expect(() => new Webhook(stranger).verify(body.toString(), headers as Record<string, string>)).toThrow();
  });

  test('is signed anew at each attempt, so that a receiver with a good clock accepts the last one as well', async () => {
    const send = localSend({ now: () => Date.now() - 400_000 });
    await send(receiver.url, message, [secret]);
    const [old] = received;
    expect(() => new Webhook(secret).verify(message.body, old?.headers as Record<string, string>)).toThrow('too old');
  });
});

describe('what a receiver does', () => {
  test.each([
    [200, 'delivered'],
    [302, 'redirect'],
    [400, 'refused'],
    [410, 'gone'],
    [429, 'refused'],
    [500, 'failed'],
    [503, 'failed'],
  ])('%i counts as %s', async (status, outcome) => {
    answer = ({ response }) => void response.writeHead(status, { location: `${receiver.url}/elsewhere` }).end();
    expect(await localSend()(receiver.url, message, [secret])).toEqual({ outcome, status });
    expect(received).toHaveLength(1);
  });

  test('that says nothing is given up after the time limit', async () => {
    answer = () => {};
    expect(await localSend({ timeoutMs: 80 })(receiver.url, message, [secret])).toEqual({
      outcome: 'timeout',
      status: null,
    });
  });

  test('that is down or hangs up is unreachable', async () => {
    answer = ({ response }) => void response.destroy();
    expect(await localSend()(receiver.url, message, [secret])).toMatchObject({ outcome: 'unreachable' });
    await receiver.close();
    expect(await localSend()(receiver.url, message, [secret])).toMatchObject({ outcome: 'unreachable' });
  });

  test('that answers without end is read no further than its head', async () => {
    answer = ({ response }) => {
      response.writeHead(200);
      const timer = setInterval(() => response.write('x'.repeat(65_536)), 1);
      response.on('close', () => clearInterval(timer));
    };
    expect(await localSend()(receiver.url, message, [secret])).toEqual({ outcome: 'delivered', status: 200 });
    await expect.poll(() => received[0]?.response.closed).toBe(true);
  });
});

describe('where a webhook goes', () => {
  test.each([
    [['127.0.0.1']],
    [['10.0.0.7']],
    [['169.254.169.254']],
    [['::1']],
    [['::ffff:10.0.0.7']],
    [['8.8.8.8', '192.168.0.1']],
    [[]],
  ])('is never a name that resolves to %j', async (addresses) => {
    const { lookup, asked } = lookupOf(addresses);
    const send = createSendWebhook({ lookup, timeoutMs: 2_000 });
    expect(await send('https://hooks.example.com/', message, [secret])).toEqual({
      outcome: 'forbidden-address',
      status: null,
    });
    expect(asked).toEqual(['hooks.example.com']);
  });

  test('is judged by the very answer that is connected to, and anew at each attempt', async () => {
    const { lookup, asked } = lookupOf(['127.0.0.1'], ['10.0.0.7']);
    const send = localSend({ lookup });
    const url = receiver.url.replace('127.0.0.1', 'localhost');
    expect(await send(url, message, [secret])).toMatchObject({ outcome: 'delivered' });
    expect(asked).toHaveLength(1);
    expect(await send(url, message, [secret])).toMatchObject({ outcome: 'forbidden-address' });
    expect(received).toHaveLength(1);
  });

  test.each(['http://hooks.example.com/', 'https://127.0.0.1/', 'https://[::1]/', 'https://localhost/', 'nonsense'])(
    'is never %s, and no name is looked up',
    async (url) => {
      const { lookup, asked } = lookupOf(['8.8.8.8']);
      expect(await createSendWebhook({ lookup })(url, message, [secret])).toMatchObject({ outcome: 'bad-target' });
      expect(asked).toEqual([]);
    },
  );

  test('is loopback on the local stage alone', async () => {
    expect(await createSendWebhook()(receiver.url, message, [secret])).toMatchObject({ outcome: 'bad-target' });
    expect(received).toHaveLength(0);
  });
});
