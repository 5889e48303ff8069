import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { PublishedEvent } from '../../lib/alerts/published.ts';
import { sendTest } from '../../lib/webhooks/deliver.ts';
import { createWebhookWorld, type ReceiverPlan, START, type Trouble, type WebhookWorld } from './webhook-world.ts';

const HOUR = 3_600_000;
/** The last attempt comes after 23.6 hours. */
const DAY = 24 * HOUR;

function eventNumber(nth: number): PublishedEvent {
  const eventId = `${nth}`.padStart(32, 'e');
  const text = 'Low balance\n\nAvailable: ₹4,210.00';
  const ids = { companyId: 'CEKTEST001', cardAccountId: 'CATEST001' };
  return { type: 'balance.low', timestamp: '2026-11-25T06:30:00Z', data: { eventId, ...ids, title: 'T', text } };
}

let world: WebhookWorld;
beforeEach(() => void vi.useFakeTimers({ toFake: ['Date'] }));
afterEach(async () => {
  await world.close();
  vi.useRealTimers();
});

/** One receiver beside one that is always well. */
async function simulate(plan: ReceiverPlan, events = 1) {
  world = await createWebhookWorld({ erp: plan, well: {} }, (epochMs) => void vi.setSystemTime(epochMs));
  for (let nth = 0; nth < events; nth += 1) world.put(eventNumber(nth));
  await world.run();
  const [erp, well] = [world.receivers.get('erp'), world.receivers.get('well')];
  if (!erp || !well) throw new Error('no receiver');
  // Whatever one receiver does, the other has everything at once, verified.
  expect([well.worked.size, well.unverified, Math.max(...well.requests)]).toEqual([events, 0, START]);
  expect(world.privateHits()).toBe(0);
  const hours = (at: number) => Math.round((at - START) / 36_000) / 100;
  return { erp, at: erp.requests.map(hours), dead: world.queue.dead.map(({ body }) => JSON.parse(body)) };
}
const until = (end: number, trouble: Trouble) => (at: number) => (at - START < end ? trouble : undefined);
const outcomes = (of = 'erp') =>
  world.metrics.flatMap((line) => (line.startsWith(`Webhooks ${of} `) ? [line.split(' ').slice(2).join(' ')] : []));

describe('a receiver', () => {
  test('that is down for a day: eight attempts over nearly a day, then a dead letter that names the caller', async () => {
    const { erp, at, dead } = await simulate({ troubleAt: until(DAY, 'hang up') });
    expect(at).toEqual([0, 0, 0.08, 0.58, 2.58, 7.58, 15.58, 23.58]);
    expect(dead).toEqual([{ caller: 'erp', event: eventNumber(0) }]);
    expect(erp.worked.size).toBe(0);
    expect(outcomes()).toEqual(Array(8).fill('unreachable'));
    expect(world.metrics.filter((line) => line === 'WebhookFailures erp')).toHaveLength(8);
  });

  test('that is down for eight hours has every event afterwards, once, signed then and as it was', async () => {
    const { erp, dead } = await simulate({ troubleAt: until(8 * HOUR, 'hang up') }, 3);
    expect([...erp.worked.values()]).toEqual([0, 1, 2].map(eventNumber));
    expect([dead, erp.unverified]).toEqual([[], 0]);
  });

  test.each([500, 503, 400, 429])('that answers %i for an hour has the event afterwards', async (status) => {
    const { erp, dead } = await simulate({ troubleAt: until(HOUR, status) });
    expect([erp.worked.size, dead]).toEqual([1, []]);
  });

  test('that works and answers too late meets the event again, and knows it by its id', async () => {
    const { erp, at, dead } = await simulate({ troubleAt: until(60_000, 'slow'), timeoutMs: 1_000 });
    expect(at).toEqual([0, 0, 0.08]);
    expect([erp.worked.size, dead]).toEqual([1, []]);
    expect(outcomes()).toEqual(['timeout', 'timeout', 'delivered']);
  });

  test('that answers 410 is sent nothing more, until it answers a test', async () => {
    const { erp, dead } = await simulate({ troubleAt: until(60_000, 410) }, 1);
    expect([erp.requests.length, dead, outcomes()]).toEqual([1, [], ['gone']]);
    world.queue.clock += HOUR;
    world.put(eventNumber(1));
    await world.run();
    expect(erp.requests).toHaveLength(1);
    expect(await sendTest(world.deps, 'erp', eventNumber(9))).toEqual({ outcome: 'delivered', status: 204 });
    world.put(eventNumber(2));
    await world.run();
    expect([...erp.worked.keys()]).toEqual([9, 2].map((nth) => eventNumber(nth).data.eventId));
  });

  test('that redirects to an address inside is not followed, a day long', async () => {
    const { dead } = await simulate({ troubleAt: until(DAY, 'redirect') });
    expect(dead).toHaveLength(1);
    expect(outcomes()).toEqual(Array(8).fill('redirect'));
  });

  test.each([
    ['10.0.0.7'],
    ['169.254.169.254'],
    ['fd00:ec2::254'],
    ['::ffff:192.168.0.1'],
    ['100.64.0.1'],
    ['0.0.0.0'],
  ])('whose name resolves to %s is never connected to', async (address) => {
    const { at, dead } = await simulate({ dnsAt: () => [address] });
    expect([at, dead.length]).toEqual([[], 1]);
    expect(outcomes()).toEqual(Array(8).fill('forbidden-address'));
  });

  test('whose name changes its answer between attempts is judged anew: no attempt goes inside', async () => {
    const inside = (at: number) => at - START > 0 && at - START < 3 * HOUR;
    const plan: ReceiverPlan = {
      dnsAt: (at) => (inside(at) ? ['127.0.0.1', '10.0.0.7'] : ['127.0.0.1']),
      troubleAt: until(60_000, 500),
    };
    const { erp, at } = await simulate(plan);
    expect(at).toEqual([0, 7.58]);
    expect(erp.worked.size).toBe(1);
    expect(outcomes()).toEqual(['failed', ...Array(4).fill('forbidden-address'), 'delivered']);
  });

  test.each([-600_000, 600_000])(
    'whose clock is %i ms off refuses, and takes the event once it is right',
    async (off) => {
      const { erp, dead } = await simulate({ clockAheadAt: (at) => (at - START < 2 * HOUR ? off : 0) });
      expect([erp.unverified, erp.worked.size, dead]).toEqual([4, 1, []]);
      expect(outcomes()).toEqual([...Array(4).fill('refused'), 'delivered']);
    },
  );
});

test('whatever receivers do, an event is worked on, or is a dead letter, or its webhook is off; and none meets another', async () => {
  const trouble = fc.constantFrom<Trouble | undefined>(undefined, 500, 410, 'hang up', 'redirect', 400);
  const plans = fc.array(fc.tuple(fc.integer({ min: 1, max: 30 }), trouble, fc.boolean()), { maxLength: 3 });
  await fc.assert(
    fc.asyncProperty(plans, fc.integer({ min: 1, max: 3 }), async (phases, events) => {
      const phaseAt = (at: number) => phases.find(([hours]) => at - START < hours * HOUR);
      const plan: ReceiverPlan = {
        troubleAt: (at) => phaseAt(at)?.[1],
        dnsAt: (at) => (phaseAt(at)?.[2] ? ['10.0.0.7'] : ['127.0.0.1']),
      };
      const { erp, dead } = await simulate(plan, events);
      const ids = Array.from({ length: events }, (_, nth) => eventNumber(nth).data.eventId);
      const lost = ids.filter(
        (id) => !erp.worked.has(id) && !dead.some(({ event }) => event.data.eventId === id) && !world.off.has('erp'),
      );
      expect(lost).toEqual([]);
      expect(erp.unverified).toBe(0);
      expect(erp.requests.length).toBeLessThanOrEqual(8 * events);
      await world.close();
    }),
    { numRuns: 40, seed: 20_260_101 },
  );
});
