import { unreservedConcurrency } from './refusals.ts';
import { namedAccounts, windowSeconds } from './remarks.ts';
import type { StageSettings } from './stage-schema.ts';

/** How much of a partner a slot can read. */
interface PartnerCapacity {
  readonly partner: string;
  /** Calls of snapshots a second; null where nothing limits them. */
  readonly perSecond: number | null;
  readonly accountsInSlot: number | null;
  /** Accounts that grants name by id. */
  readonly accountsNamed: number;
}

/** How much a stage can take, in numbers. */
export interface Capacity {
  readonly requestsPerSecond: number;
  readonly burst: number;
  readonly everyMinutes: number;
  /** How long a slot may be measured. */
  readonly windowSeconds: number;
  readonly watchedPerCaller: number;
  readonly partners: readonly PartnerCapacity[];
  /** Executions of Lambda that the functions keep, and the account's quota that this needs; both 0 where none are kept. */
  readonly reservedExecutions: number;
  readonly quotaNeeded: number;
}

export function capacityOf(settings: StageSettings): Capacity {
  const { partners, everyMinutes, snapshots, maxWatched, reservedConcurrency, throttle } = settings;
  const seconds = windowSeconds(settings);
  const reserved = Object.values(reservedConcurrency).reduce((sum, each) => sum + each, 0);
  return {
    requestsPerSecond: throttle.rate,
    burst: throttle.burst,
    everyMinutes,
    windowSeconds: seconds,
    watchedPerCaller: maxWatched,
    partners: partners.map((partner) => {
      const perSecond = snapshots.perSecond[partner] ?? null;
      const accountsInSlot = perSecond === null ? null : Math.floor(perSecond * seconds);
      return { partner, perSecond, accountsInSlot, accountsNamed: namedAccounts(settings, partner) };
    }),
    reservedExecutions: reserved,
    quotaNeeded: reserved === 0 ? 0 : reserved + unreservedConcurrency,
  };
}
