import { beforeEach, describe, expect, test } from 'vitest';
import { type DeliverDeps, deliverAll, sendTest } from '../../../lib/webhooks/deliver.ts';
import type { Outcome } from '../../../lib/webhooks/send.ts';
import { createWaitingQueue } from '../../rigs/waiting-queue.ts';

const event = {
  type: 'balance.low' as const,
  timestamp: '2026-11-25T06:30:00Z',
  data: {
    eventId: 'e'.repeat(32),
    companyId: 'CEKTEST001',
    cardAccountId: 'CATEST001',
    title: 'T',
    text: 'X',
    added: 1,
  },
};
const grant = (companyId: string, ...cardAccountIds: string[]) => ({
  grants: [{ partner: 'p', companyId, ...(cardAccountIds.length > 0 ? { cardAccountIds } : {}) }],
});
const hook = (more = {}) => ({ url: 'https://hooks.example.com/', secretId: 's', ...more });

let queue = createWaitingQueue();
let sent: { caller: string; at: number; body: string }[] = [];
let off = new Map<string, string>();
let answers: (url: string, at: number) => Outcome = () => 'delivered';
let lines: unknown[] = [];
let metrics: unknown[] = [];

function rig(more: Partial<DeliverDeps> = {}): DeliverDeps {
  return {
    subscriptions: { erp: hook({ url: 'https://erp.example.com/' }), crm: hook({ url: 'https://crm.example.com/' }) },
    grants: { erp: grant('CEKTEST001'), crm: grant('CEKTEST001', 'CATEST001') },
    secretsOf: async () => ['whsec_AAAA'],
    send: async (url, { body }) => {
      const outcome = answers(url, queue.clock);
      sent.push({ caller: url.slice(8, 11), at: queue.clock, body });
      return { outcome, status: null };
    },
    switches: {
      isOff: async (caller, url) => off.get(caller) === url,
      turnOff: async (caller, url) => void off.set(caller, url),
      turnOn: async (caller) => void off.delete(caller),
    },
    enqueue: async (deliveries) => {
      for (const delivery of deliveries) put(JSON.stringify(delivery));
    },
    delay: queue.delay,
    log: (...line) => lines.push(line),
    metric: (...metric) => metrics.push(metric),
    ...more,
  };
}
const put = (body: string): void => queue.put(body);
const run = (deps: DeliverDeps): Promise<void> => queue.run((batch) => deliverAll(deps, batch));

beforeEach(() => {
  queue = createWaitingQueue();
  sent = [];
  lines = [];
  metrics = [];
  off = new Map();
  answers = () => 'delivered';
});

describe('an event of the bus', () => {
  test('goes once to each caller who may read the account and asked for it, every field of it', async () => {
    const subscriptions = {
      erp: hook({ url: 'https://erp.example.com/' }),
      crm: hook({ url: 'https://crm.example.com/', events: ['balance.recovered'] }),
      hrm: hook({ url: 'https://hrm.example.com/', events: ['balance.low'] }),
      els: hook({ url: 'https://els.example.com/' }),
      one: hook({ url: 'https://one.example.com/' }),
      non: hook({ url: 'https://non.example.com/' }),
    };
    const grants = {
      erp: grant('CEKTEST001'),
      crm: grant('CEKTEST001'),
      hrm: grant('CEKTEST001', 'CATEST001'),
      els: grant('CEKTEST002'),
      one: grant('CEKTEST001', 'CATEST002'),
    };
    put(JSON.stringify(event));
    await run(rig({ subscriptions, grants }));
    expect(sent.map(({ caller }) => caller).sort()).toEqual(['erp', 'hrm']);
    expect(sent.map(({ body }) => JSON.parse(body))).toEqual([event, event]);
  });

  test('about a whole company goes to whoever may read any account of it', async () => {
    const { cardAccountId: _, ...data } = event.data;
    put(JSON.stringify({ ...event, type: 'readings.unavailable', data }));
    await run(rig({ grants: { crm: grant('CEKTEST001', 'CATEST009'), erp: grant('CEKTEST002') } }));
    expect(sent.map(({ caller }) => caller)).toEqual(['crm']);
  });

  test('that is none is a dead letter, and nothing of it is logged', async () => {
    put(JSON.stringify({ ...event, type: 'secret-text' }));
    put('not JSON, secret-text');
    await run(rig());
    expect(queue.dead).toHaveLength(2);
    expect(sent).toEqual([]);
    expect(JSON.stringify(lines)).not.toContain('secret-text');
  });
});

describe('a receiver', () => {
  test('that is down for a day gets eight attempts over nearly a day, then the event is a dead letter', async () => {
    answers = (url) => (url.includes('erp') ? 'unreachable' : 'delivered');
    put(JSON.stringify(event));
    await run(rig());
    const times = sent.filter(({ caller }) => caller === 'erp').map(({ at }) => at / 1000);
    expect(times).toEqual([0, 5, 305, 2105, 9305, 27305, 56105, 84905]);
    expect(queue.dead.map(({ body }) => JSON.parse(body))).toEqual([{ caller: 'erp', event }]);
    expect(sent.filter(({ caller }) => caller === 'crm')).toHaveLength(1);
  });

  test('that comes back after three hours gets the event then, once, as it was', async () => {
    answers = (_, at) => (at < 3 * 3_600_000 ? 'failed' : 'delivered');
    put(JSON.stringify(event));
    await run(rig({ subscriptions: { erp: hook({ url: 'https://erp.example.com/' }) } }));
    expect(sent.at(-1)?.at).toBe(27_305_000);
    expect(new Set(sent.map(({ body }) => body)).size).toBe(1);
    expect(queue.dead).toEqual([]);
  });

  test.each(['redirect', 'timeout', 'forbidden-address', 'refused', 'bad-target'] as const)(
    'is tried again after %s',
    async (outcome) => {
      let first = true;
      answers = () => {
        const now = first ? outcome : 'delivered';
        first = false;
        return now;
      };
      put(JSON.stringify(event));
      await run(rig({ subscriptions: { erp: hook() } }));
      expect(sent).toHaveLength(2);
    },
  );

  test('that is gone is switched off, until a test is answered or its URL changes', async () => {
    answers = () => 'gone';
    const subscriptions = { erp: hook() };
    put(JSON.stringify(event));
    await run(rig({ subscriptions }));
    expect(sent).toHaveLength(1);
    answers = () => 'delivered';
    put(JSON.stringify(event));
    await run(rig({ subscriptions }));
    expect(sent).toHaveLength(1);
    expect(metrics).toContainEqual(['Webhooks', 1, { caller: 'erp', outcome: 'off' }]);
    expect(await sendTest(rig({ subscriptions }), 'erp', event)).toMatchObject({ outcome: 'delivered' });
    put(JSON.stringify(event));
    await run(rig({ subscriptions }));
    expect(sent).toHaveLength(3);

    answers = () => 'gone';
    put(JSON.stringify(event));
    await run(rig({ subscriptions }));
    answers = () => 'delivered';
    put(JSON.stringify(event));
    await run(rig({ subscriptions: { erp: hook({ url: 'https://new.example.com/' }) } }));
    expect(sent.map(({ caller }) => caller).at(-1)).toBe('new');
    expect(queue.dead).toEqual([]);
  });
});

test('what a caller may no longer read is not sent to it, although it waited', async () => {
  put(JSON.stringify({ caller: 'erp', event }));
  put(JSON.stringify({ caller: 'nobody', event }));
  put(JSON.stringify({ caller: '__proto__', event }));
  await run(rig({ grants: { erp: grant('CEKTEST002') } }));
  expect(sent).toEqual([]);
  expect(queue.dead).toEqual([]);
});

test('a secret that cannot be read costs no event: the message comes again, and the others of the batch are done', async () => {
  let down = true;
  const secretsOf = async (secretId: string) => {
    if (down && secretId === 'down') throw new Error('unreachable');
    return ['whsec_AAAA'];
  };
  const subscriptions = { erp: hook({ secretId: 'down', url: 'https://erp.example.com/' }), crm: hook() };
  const deps = rig({ subscriptions, secretsOf });
  put(JSON.stringify({ caller: 'erp', event }));
  put(JSON.stringify({ caller: 'crm', event }));
  for (const message of queue.waiting) message.attempt = 1;
  const back = await deliverAll(deps, queue.waiting);
  expect(back).toEqual([queue.waiting[0]?.id]);
  down = false;
  expect(await deliverAll(deps, queue.waiting.slice(0, 1))).toEqual([]);
});

test('every attempt is counted for its caller, and logged without the URL', async () => {
  answers = () => 'failed';
  put(JSON.stringify({ caller: 'erp', event }));
  await run(rig());
  expect(metrics.filter((_, index) => index % 2 === 0)).toEqual(
    Array(8).fill(['Webhooks', 1, { caller: 'erp', outcome: 'failed' }]),
  );
  expect(metrics.filter((_, index) => index % 2 === 1)).toEqual(
    Array(8).fill(['WebhookFailures', 1, { caller: 'erp' }]),
  );
  expect(JSON.stringify(lines)).not.toContain('example.com');
});
