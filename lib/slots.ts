import { RECONCILE_GRACE_MS } from './budgets.ts';
import { IST_OFFSET_MS, type Span } from './calendar.ts';

/** The periods a deployed stage may have, in minutes: each divides the hour, so that one cron line says it. */
export const everyMinutesChoices = [5, 10, 15, 20, 30, 60] as const;
export type EveryMinutes = (typeof everyMinutesChoices)[number];

/** When slots are, and how long after its instant each may be measured. Milliseconds. */
export type Timetable = { readonly periodMs: number; readonly windowMs: number };

/** @param everySeconds the period; only the local stage has one that is not an `EveryMinutes` */
export function createTimetable(everySeconds: number, lateSeconds: number): Timetable {
  return { periodMs: everySeconds * 1000, windowMs: Math.min(everySeconds, lateSeconds) * 1000 };
}

/** The slots at or after `from` and before `to` (epoch ms), aligned to the clock of Asia/Kolkata, ascending. */
export function slotsBetween({ periodMs }: Pick<Timetable, 'periodMs'>, { from, to }: Span): number[] {
  const first = Math.ceil((from + IST_OFFSET_MS) / periodMs) * periodMs - IST_OFFSET_MS;
  const count = Math.max(0, Math.ceil((to - first) / periodMs));
  return Array.from({ length: count }, (_, index) => first + index * periodMs);
}

/** Whether an instant (epoch ms) is one of the schedule's. */
export function isSlot(timetable: Pick<Timetable, 'periodMs'>, at: number): boolean {
  return slotsBetween(timetable, { from: at, to: at + 1 }).length === 1;
}

/** The span in which a slot may be measured. Past its end a balance would be somebody else's moment. */
export function windowOf({ windowMs }: Timetable, slot: number): Span {
  return { from: slot, to: slot + windowMs };
}

/** EventBridge Scheduler's expression for the slots, to be read in Asia/Kolkata. */
export function planCron(everyMinutes: EveryMinutes): string {
  return cron(everyMinutes, 0);
}

/** The expression for the reconciler: each slot's instant + its window + a minute, in Asia/Kolkata. */
export function reconcileCron(everyMinutes: EveryMinutes, lateSeconds: number): string {
  const { windowMs } = createTimetable(everyMinutes * 60, lateSeconds);
  return cron(everyMinutes, Math.ceil((windowMs + RECONCILE_GRACE_MS) / 60_000) % everyMinutes);
}

function cron(everyMinutes: EveryMinutes, minute: number): string {
  return everyMinutes === 60 ? `cron(${minute} * * * ? *)` : `cron(${minute}/${everyMinutes} * * * ? *)`;
}
