import { slotText } from '../../lib/instants.ts';
import { slotsBetween } from '../../lib/slots.ts';

export type ScheduleOptions = {
  readonly everySeconds: number;
  /** Told the slot as EventBridge Scheduler's `<aws.scheduler.scheduled-time>` says it; what it throws is its own affair. */
  readonly fire: (slot: string) => Promise<unknown>;
  /** Seconds after the slot at which to fire. @default 0 */
  readonly afterSeconds?: number;
  readonly now?: () => number;
};
export type Schedule = { close(): Promise<void> };

/** Fires for every slot of the production timetable, one slot after the other. */
export function startSchedule({ everySeconds, fire, afterSeconds = 0, now = Date.now }: ScheduleOptions): Schedule {
  const periodMs = everySeconds * 1000;
  const afterMs = afterSeconds * 1000;
  let timer: NodeJS.Timeout | undefined;
  let running: Promise<unknown> = Promise.resolve();
  let closed = false;

  function arm(from: number): void {
    const [slot] = slotsBetween({ periodMs }, { from, to: from + 2 * periodMs });
    if (slot === undefined || closed) return;
    timer = setTimeout(
      () => {
        // Whoever closes waits for the slot under way, not for those that a busy machine has left behind.
        running = running.then(() => (closed ? undefined : fire(slotText(slot)))).catch(() => {});
        arm(slot + 1);
      },
      // A busy machine may be late for a slot.
      Math.max(0, slot + afterMs - now()),
    );
  }

  arm(now() - afterMs);
  return {
    async close() {
      closed = true;
      clearTimeout(timer);
      await running;
    },
  };
}
