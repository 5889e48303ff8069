import { WEBHOOK_RETRY_SECONDS } from '../../lib/budgets.ts';
import type { Received } from '../../lib/webhooks/deliver.ts';

type Waiting = Received & { attempt: number; at: number };

/** A queue as SQS keeps it: what is not done comes again when it was told to, and after eight times is a dead letter. */
export function createWaitingQueue() {
  const queue = { clock: 0, waiting: [] as Waiting[], dead: [] as Waiting[] };
  let count = 0;

  function put(body: string): void {
    count += 1;
    queue.waiting.push({ id: `m${count}`, body, attempt: 0, receipt: `r${count}`, at: queue.clock });
  }

  async function delay(receipt: string, seconds: number): Promise<void> {
    for (const message of queue.waiting) if (message.receipt === receipt) message.at = queue.clock + seconds * 1000;
  }

  /** Lets time pass until nothing waits any more. @param deliver gives back the ids that must come again */
  async function run(
    deliver: (batch: readonly Received[], clock: number) => Promise<readonly string[]>,
  ): Promise<void> {
    while (queue.waiting.length > 0) {
      queue.clock = Math.max(queue.clock, Math.min(...queue.waiting.map(({ at }) => at)));
      const due = queue.waiting.filter(({ at }) => at <= queue.clock);
      for (const message of due) {
        message.attempt += 1;
        message.at = queue.clock + 180_000;
      }
      const spent = due.filter(({ attempt }) => attempt > WEBHOOK_RETRY_SECONDS.length + 1);
      queue.dead.push(...spent);
      const live = due.filter((message) => !spent.includes(message));
      const back = await deliver(live, queue.clock);
      const done = new Set<Received>([...spent, ...live.filter(({ id }) => !back.includes(id))]);
      queue.waiting = queue.waiting.filter((message) => !done.has(message));
    }
  }
  return Object.assign(queue, { put, delay, run });
}
