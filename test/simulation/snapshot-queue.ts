import * as z from 'zod';
import type { Clock, Random } from '../rigs/gate-clock.ts';
import type { Faults, Process } from './snapshot-faults.ts';

type Stored = { readonly id: string; readonly body: string; received: number };
const failures = z.object({ batchItemFailures: z.array(z.object({ itemIdentifier: z.string() })) });
const failuresOf = (answer: unknown) => failures.parse(answer);
type WorkerEvent = { readonly Records: readonly ReturnType<typeof recordOf>[] };

export type Queue = {
  readonly send: (batch: readonly { readonly body: string }[]) => void;
  /** Another visibility time-out for a message that is being worked on. */
  readonly delay: (receipt: string, seconds: number) => void;
  readonly dead: Stored[];
  readonly sent: number;
};

type QueueOptions = {
  readonly clock: Clock;
  readonly random: Random;
  readonly faults: Faults;
  /** Starts a worker process for a batch; a rejection returns the whole batch. */
  readonly work: (event: WorkerEvent, process: Process) => Promise<unknown>;
  readonly batchSize: number;
  readonly concurrency: number;
  readonly visibilityMs: number;
  readonly maxReceive: number;
};

/** An SQS standard queue with its Lambda mapping: at least once, in no order, dead letters after `maxReceive`. */
export function createQueue(options: QueueOptions): Queue {
  const { clock, random, faults, work, batchSize, concurrency, visibilityMs, maxReceive } = options;
  const ready: Stored[] = [];
  const dead: Stored[] = [];
  const delays = new Map<string, number>();
  let running = 0;
  let sent = 0;
  let scheduled = false;

  function deliver(message: Stored, delayMs: number): void {
    clock.after(delayMs, () => {
      ready.push(message);
      poll();
    });
  }

  /** The mapping waits up to a second to fill its batches. */
  function poll(): void {
    if (scheduled || running >= concurrency) return;
    scheduled = true;
    clock.after(ready.length >= batchSize ? 5 : 1_000, () => {
      scheduled = false;
      while (running < concurrency && ready.length > 0) void invoke(ready.splice(0, batchSize));
    });
  }

  async function invoke(batch: readonly Stored[]): Promise<void> {
    running += 1;
    for (const message of batch) {
      message.received += 1;
      delays.delete(message.id);
    }
    const process: Process = { alive: true };
    const crash = random.chance(faults.workerCrash);
    const result = await Promise.race([
      work({ Records: batch.map(recordOf) }, process)
        .then(failuresOf)
        .catch(() => 'all' as const),
      ...(crash ? [clock.sleep(random.between(1, 600)).then(() => 'all' as const)] : []),
    ]);
    if (crash) process.alive = false;
    const failed =
      result === 'all' ? undefined : new Set(result.batchItemFailures.map(({ itemIdentifier }) => itemIdentifier));
    for (const message of batch) {
      if (failed && !failed.has(message.id)) continue;
      if (message.received >= maxReceive) dead.push(message);
      else deliver(message, delays.get(message.id) ?? visibilityMs);
    }
    running -= 1;
    if (ready.length > 0) poll();
  }

  return {
    dead,
    delay: (receipt, seconds) => void delays.set(receipt, seconds * 1000),
    get sent() {
      return sent;
    },
    send(batch) {
      for (const { body } of batch) {
        sent += 1;
        const message = () => ({ id: `m${sent}`, body, received: 0 });
        deliver(message(), random.between(10, 200));
        if (random.chance(faults.duplicate)) deliver({ ...message(), id: `d${sent}` }, random.between(10, 90_000));
      }
    },
  };
}

function recordOf({ id, body, received }: Stored) {
  const attributes = { ApproximateReceiveCount: `${received}` };
  return { messageId: id, receiptHandle: id, body, attributes, eventSourceARN: 'arn:aws:sqs:simulated:0:queue' };
}
