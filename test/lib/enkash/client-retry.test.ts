import { describe, expect, test } from 'vitest';
import type { FailureKind, TransportResult } from '../../../lib/enkash/transport.ts';
import { failing, good, startClient } from '../../rigs/client-rig.ts';
import { asked, rejectionOf, reply } from '../../rigs/enkash-sample.ts';

const failed = (why: FailureKind, reusedSocket = false): TransportResult => ({
  kind: 'failed',
  sent: true,
  why,
  reusedSocket,
});
const upstream = (code: string, details: object = {}) => ({ name: 'UpstreamError', code, details });
const refusedToken = reply({ error: 'invalid_token' }, { status: 401 });

describe('the retry policy', () => {
  test.each([500, 502, 503, 504])('%d is repeated once, after 100 to 200 ms', async (status) => {
    const { events, read } = startClient((nth) => (nth === 1 ? failing(status) : good));
    expect(await read()).toMatchObject({ account: asked });
    expect([events.sent.length, events.slept]).toStrictEqual([2, [150]]);
  });

  test.each(['dns', 'connect', 'reset'] as const)('a failure %s is repeated once', async (why) => {
    const { events, read } = startClient((nth) => (nth === 1 ? failed(why) : good));
    expect(await read()).toMatchObject({ account: asked });
    expect(events.sent).toHaveLength(2);
  });

  test('two failures in a row are enough: never a second repeat', async () => {
    const { events, read } = startClient(() => failing(503));
    expect(await rejectionOf(read())).toMatchObject(upstream('UPSTREAM_UNAVAILABLE', { upstreamStatus: 503 }));
    expect(events.sent).toHaveLength(2);
  });

  test.each([400, 403, 409, 412, 422, 429])('%d is never repeated', async (status) => {
    const { events, read } = startClient(() => failing(status));
    await rejectionOf(read());
    expect(events.sent).toHaveLength(1);
  });

  test("a 404 in EnKash's own envelope is not repeated", async () => {
    const { events, read } = startClient(() => reply({ response_code: 1, payload: 'x' }, { status: 404 }));
    expect(await rejectionOf(read())).toMatchObject({ code: 'ACCOUNT_NOT_FOUND' });
    expect(events.sent).toHaveLength(1);
  });

  test('a 404 page of something that is not the API is repeated', async () => {
    const answers = [reply('<html></html>', { status: 404, contentType: 'text/html' }), good];
    const { events, read } = startClient((nth) => answers[nth - 1] ?? failing(500));
    expect(await read()).toMatchObject({ account: asked });
    expect(events.sent).toHaveLength(2);
  });

  test('a connection that went dead is given up for a fresh one, within the budget of repeats', async () => {
    const dead = { kind: 'failed', sent: true, why: 'silent', reusedSocket: true } as const;
    const { events, read } = startClient((nth) => (nth === 2 ? good : dead));
    expect(await read()).toMatchObject({ account: asked });
    expect(events.sent.map(({ freshSocket, silentMs }) => [freshSocket, silentMs])).toStrictEqual([
      [false, 1_000],
      [true, 1_000],
    ]);
    expect(await rejectionOf(read())).toMatchObject(upstream('UPSTREAM_TIMEOUT'));
    expect(events.sent).toHaveLength(3);
  });

  test('a lack of sockets here is not repeated', async () => {
    const { events, read } = startClient(() => failed('local'));
    expect(await rejectionOf(read())).toMatchObject(upstream('UPSTREAM_UNAVAILABLE', { reason: 'local' }));
    expect(events.sent).toHaveLength(1);
  });

  test('a time-out is never repeated', async () => {
    const { events, read } = startClient(() => failed('timeout'));
    expect(await rejectionOf(read())).toMatchObject(upstream('UPSTREAM_TIMEOUT'));
    expect(events.sent).toHaveLength(1);
  });

  test('an untrusted certificate and an unusable body are never repeated', async () => {
    for (const answer of [failed('tls'), { kind: 'bad-body', status: 200 } as const]) {
      const { events, read } = startClient(() => answer);
      await rejectionOf(read());
      expect(events.sent).toHaveLength(1);
    }
  });

  test('a 503 that says when to come back is not repeated, and the caller is told', async () => {
    const { events, read } = startClient(() => failing(503, '12'));
    expect(await rejectionOf(read())).toMatchObject({ code: 'UPSTREAM_UNAVAILABLE', retryAfterSeconds: 12 });
    expect(events.sent).toHaveLength(1);
  });

  test('without time for a whole second call there is none', async () => {
    const { events, read } = startClient(() => failing(503));
    await rejectionOf(read(3_149));
    expect(events.sent).toHaveLength(1);
    await rejectionOf(startClient(() => failing(503)).read(3_150));
  });

  test('at exactly the time for a second call there is one', async () => {
    const { events, read } = startClient(() => failing(503));
    await rejectionOf(read(3_150));
    expect(events.sent).toHaveLength(2);
  });

  test('a kept connection that had died is replaced once by a fresh one, without waiting', async () => {
    const { events, read } = startClient((nth) => (nth === 1 ? failed('reset', true) : good));
    expect(await read()).toMatchObject({ account: asked });
    expect(events.sent.map(({ freshSocket }) => freshSocket)).toStrictEqual([false, true]);
    expect(events.slept).toStrictEqual([]);
  });

  test('a fresh connection that dies as well is the end of it', async () => {
    const { events, read } = startClient((nth) => failed('reset', nth === 1));
    expect(await rejectionOf(read())).toMatchObject(upstream('UPSTREAM_UNAVAILABLE', { reason: 'reset' }));
    expect(events.sent).toHaveLength(2);
  });

  test('over many calls of which a quarter fails, EnKash sees at most 110 % of them', async () => {
    let request = 0;
    const { events, read } = startClient(() => (request % 4 === 0 ? failing(503) : good));
    for (request = 0; request < 1_000; request += 1) await read().catch(() => {});
    expect(events.sent.length).toBeLessThanOrEqual(1_100);
    expect(events.sent.length).toBeGreaterThan(1_090);
  });
});

describe('the deadline', () => {
  test('shortens connect and call to what is left', async () => {
    const { events, read } = startClient(() => good);
    await read(700);
    expect(events.sent[0]).toMatchObject({ connectMs: 700, callMs: 700 });
  });

  test('bounds the repeat after a slow first call', async () => {
    const rig = startClient((nth) => {
      rig.clock.ms += nth === 1 ? 2_000 : 0;
      return nth === 1 ? failing(503) : good;
    });
    await rig.read(5_200);
    expect(rig.events.sent[1]).toMatchObject({ callMs: 3_000 });
    expect(rig.events.calls).toStrictEqual([['acme', 'OK', 2_150]]);
  });
});

describe('while EnKash answers 503 for a minute', () => {
  test('calls stay within 110 % of the requests, the breaker opens, and it is well 30 s after it heals', async () => {
    let healthy = false;
    const { clock, events, read } = startClient(() => (healthy ? good : failing(503)));
    const outcomes = new Set<unknown>();
    let requests = 0;
    const stop = clock.ms + 60_000;
    while (clock.ms < stop) {
      requests += 1;
      outcomes.add(await rejectionOf(read()).then((error) => Object(error).reason));
      clock.ms += 100;
    }
    expect(outcomes).toStrictEqual(new Set([undefined, 'circuit-open']));
    expect(events.sent.length).toBeLessThanOrEqual(requests * 1.1);
    expect(events.sent.length).toBeLessThan(40);

    healthy = true;
    const healed = clock.ms;
    let served = false;
    while (!served && clock.ms - healed <= 30_000) {
      served = await read().then(
        () => true,
        () => false,
      );
      clock.ms += 100;
    }
    expect(served).toBe(true);
    expect(clock.ms - healed).toBeLessThanOrEqual(30_000);
    for (let call = 0; call < 50; call += 1) expect(await read()).toMatchObject({ account: asked });
  });

  test('an open breaker refuses with the seconds to wait, and calls nobody', async () => {
    const { events, read } = startClient(() => failing(503));
    for (let call = 0; call < 20; call += 1) await rejectionOf(read());
    const before = events.sent.length;
    expect(await rejectionOf(read())).toMatchObject({
      code: 'UPSTREAM_UNAVAILABLE',
      message: 'EnKash is not available',
      reason: 'circuit-open',
      retryAfterSeconds: 10,
    });
    expect(events.sent).toHaveLength(before);
  });

  test('refusals, unknown accounts and dead tokens never open it', async () => {
    const answers = [failing(404), failing(422), refusedToken, reply({ response_code: 1, payload: 'x' }), reply('x')];
    const { events, read } = startClient((nth) => answers[nth % answers.length] ?? good);
    for (let call = 0; call < 60; call += 1) await rejectionOf(read());
    expect(events.calls.filter(([, outcome]) => outcome === 'circuit-open')).toStrictEqual([]);
    expect(events.sent.length).toBeGreaterThanOrEqual(60);
  });
});
