import type { LookupAddress } from 'node:dns';
import { Webhook } from 'standardwebhooks';
import type { PublishedEvent } from '../../lib/alerts/published.ts';
import { WEBHOOK_MS } from '../../lib/budgets.ts';
import { type DeliverDeps, deliverAll } from '../../lib/webhooks/deliver.ts';
import { createSendWebhook } from '../../lib/webhooks/send.ts';
import { type Exchange, type Listener, listen } from '../local/http-server.ts';
import { createWaitingQueue } from '../rigs/waiting-queue.ts';

/** What a receiver does with a request, at a time of its own. Undefined: it verifies, works and answers 204; `slow`: it works, and answers too late. */
export type Trouble = number | 'hang up' | 'redirect' | 'slow';

export type ReceiverPlan = {
  readonly troubleAt?: (at: number) => Trouble | undefined;
  /** What its name resolves to. @default this machine, which stands for the internet here */
  readonly dnsAt?: (at: number) => readonly string[];
  /** How long an attempt waits for it. @default as in production */
  readonly timeoutMs?: number;
  /** How far its clock is ahead, in ms. */
  readonly clockAheadAt?: (at: number) => number;
};

type Receiver = ReceiverPlan & {
  readonly secret: string;
  readonly listener: Listener;
  /** Event id -> what was worked on: a receiver is idempotent by `webhook-id`. */
  readonly worked: Map<string, unknown>;
  /** Epoch ms of each request that came. */
  readonly requests: number[];
  /** Requests that the official library did not verify. */
  unverified: number;
};

export const START = Date.parse('2026-11-25T06:30:00Z');

/**
 * Production delivery, signing and sending, over real connections to receivers that verify by the official library. The clock
 * is virtual: `setDate` makes it the process's date, which signer and library read.
 */
export async function createWebhookWorld(
  plans: Readonly<Record<string, ReceiverPlan>>,
  setDate: (epochMs: number) => void,
) {
  const queue = createWaitingQueue();
  queue.clock = START;
  const off = new Map<string, string>();
  const metrics: string[] = [];
  let privateHits = 0;
  // What must never be called: a service of the network that the function stands in.
  const inside = await listen(({ response }) => {
    privateHits += 1;
    response.writeHead(200).end();
  });

  async function startReceiver(name: string, plan: ReceiverPlan): Promise<readonly [string, Receiver]> {
    const listener = await listen((exchange) => answer(receiver, exchange));
    const secret = `whsec_${Buffer.from(`a secret of ${name}, long enough`).toString('base64')}`;
    const receiver: Receiver = { ...plan, secret, listener, worked: new Map(), requests: [], unverified: 0 };
    return [name, receiver];
  }

  async function answer(receiver: Receiver, { body, headers, response }: Exchange): Promise<void> {
    receiver.requests.push(queue.clock);
    const trouble = receiver.troubleAt?.(queue.clock);
    if (trouble === 'hang up') return void response.destroy();
    if (trouble === 'redirect') return void response.writeHead(307, { location: `${inside.url}/latest/` }).end();
    if (typeof trouble === 'number') return void response.writeHead(trouble).end();
    const status = work(receiver, body.toString(), headers);
    // It works, and answers when nobody listens any more: what was done and what is known of it differ.
    if (trouble !== 'slow') response.writeHead(status).end();
  }

  /** The five lines of a receiver (lib/webhooks/README.md). */
  function work(receiver: Receiver, body: string, headers: Exchange['headers']): number {
    setDate(queue.clock + (receiver.clockAheadAt?.(queue.clock) ?? 0));
    try {
      const signed = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, `${value}`]));
      const event: unknown = new Webhook(receiver.secret).verify(body, signed);
      receiver.worked.set(`${headers['webhook-id']}`, event);
      return 204;
    } catch {
      receiver.unverified += 1;
      return 400;
    } finally {
      setDate(queue.clock);
    }
  }

  const receivers = new Map(await Promise.all(Object.entries(plans).map((plan) => startReceiver(...plan))));
  const urlOf = ({ listener }: Receiver) => `http://localhost:${listener.port}/hook`;
  const senders = new Map(
    [...receivers.values()].map((receiver) => {
      const resolve = (_: string, __: unknown, callback: (error: null, found: LookupAddress[]) => void) => {
        const addresses = receiver.dnsAt?.(queue.clock) ?? ['127.0.0.1'];
        const family = (address: string) => (address.includes(':') ? 6 : 4);
        callback(
          null,
          addresses.map((address) => ({ address, family: family(address) })),
        );
      };
      return [
        urlOf(receiver),
        createSendWebhook({ loopback: true, timeoutMs: receiver.timeoutMs ?? WEBHOOK_MS, lookup: resolve as never }),
      ] as const;
    }),
  );
  const deps: DeliverDeps = {
    subscriptions: Object.fromEntries([...receivers].map(([name, one]) => [name, { url: urlOf(one), secretId: name }])),
    grants: Object.fromEntries(
      [...receivers.keys()].map((name) => [name, { grants: [{ partner: 'p', companyId: 'CEKTEST001' }] }]),
    ),
    secretsOf: async (name) => [receivers.get(name)?.secret ?? ''],
    async send(url, message, secrets) {
      const send = senders.get(url);
      if (!send) throw new Error(`nobody is at ${url}`);
      return send(url, message, secrets);
    },
    switches: {
      isOff: async (caller, url) => off.get(caller) === url,
      turnOff: async (caller, url) => void off.set(caller, url),
      turnOn: async (caller) => void off.delete(caller),
    },
    enqueue: async (deliveries) => {
      for (const delivery of deliveries) queue.put(JSON.stringify(delivery));
    },
    delay: queue.delay,
    log: () => {},
    metric: (name, _value, { caller = '', outcome = '' } = {}) =>
      void metrics.push(`${name} ${caller} ${outcome}`.trim()),
  };

  return {
    queue,
    deps,
    metrics,
    receivers,
    off,
    privateHits: () => privateHits,
    put: (event: PublishedEvent): void => queue.put(JSON.stringify(event)),
    /** Until nothing waits any more: about a day, where a receiver never gets well. */
    run: () =>
      queue.run((batch, clock) => {
        setDate(clock);
        return deliverAll(deps, batch);
      }),
    close: async () => {
      await Promise.all([...receivers.values()].map(({ listener }) => listener.close()));
      await inside.close();
    },
  };
}
export type WebhookWorld = Awaited<ReturnType<typeof createWebhookWorld>>;
