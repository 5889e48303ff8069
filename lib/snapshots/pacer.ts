/** Resolves when the next call may start: true, or at once false when that would not be before `end` (epoch ms). */
export type Pacer = (end: number) => Promise<boolean>;

/**
 * Spreads calls evenly: never more than `perSecond`, no burst after a pause.
 * The turns are reserved on a timetable, so a timer that is late delays one call and not all that follow.
 */
export function createPacer(
  perSecond: number,
  { now, sleep }: { readonly now: () => number; readonly sleep: (ms: number) => Promise<void> },
): Pacer {
  const intervalMs = 1000 / perSecond;
  let next = 0;
  return async (end) => {
    const at = now();
    const turn = Math.max(at, next);
    if (turn >= end) return false;
    next = turn + intervalMs;
    if (turn > at) await sleep(turn - at);
    return true;
  };
}

const unpaced: Pacer = async () => true;

/**
 * One pacer for each partner of this worker. The rates hold for the whole fleet, of which at most `workers` run at a time:
 * each takes its share. A partner without a rate is held back by the worker's calls in flight alone.
 */
export function createPacers(
  rates: Readonly<Record<string, number>>,
  workers: number,
  timing: { readonly now: () => number; readonly sleep: (ms: number) => Promise<void> },
): (partner: string) => Pacer {
  const pacers = new Map(
    Object.entries(rates).map(([partner, rate]) => [partner, createPacer(rate / workers, timing)] as const),
  );
  return (partner) => pacers.get(partner) ?? unpaced;
}
