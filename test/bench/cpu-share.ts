import { mkdirSync, rmdirSync, writeFileSync } from 'node:fs';

/** Lambda shares CPU out in slices of 20 ms, and a function of 1,769 MB has one whole core. */
const PERIOD_US = 20_000;
const MB_OF_A_CORE = 1_769;

export type CpuShare = {
  readonly how: string;
  /** @param share of one core; undefined lifts the limit, as Lambda does during init */
  limit(share: number | undefined): void;
  release(): void;
};

export const shareOf = (memoryMb: number): number => Math.min(1, memoryMb / MB_OF_A_CORE);

type Hierarchy = {
  readonly how: string;
  readonly root: string;
  readonly settings: (quotaUs: number | undefined) => readonly (readonly [file: string, text: string])[];
};

const hierarchies: readonly Hierarchy[] = [
  {
    how: 'cgroup v2 cpu.max',
    root: '/sys/fs/cgroup',
    settings: (quotaUs) => [['cpu.max', `${quotaUs ?? 'max'} ${PERIOD_US}`]],
  },
  {
    how: 'cgroup v1 cpu.cfs_quota_us',
    root: '/sys/fs/cgroup/cpu',
    settings: (quotaUs) => [
      ['cpu.cfs_period_us', `${PERIOD_US}`],
      ['cpu.cfs_quota_us', `${quotaUs ?? -1}`],
    ],
  },
];

/** Holds a process to a share of one core, all of its threads together: by the kernel where we may, else by signals. */
export function limitCpu(pid: number): CpuShare {
  for (const { how, root, settings } of hierarchies) {
    const group = `${root}/enkash-bench-${pid}`;
    const limit = (share: number | undefined): void => {
      const quotaUs = share === undefined || share >= 1 ? undefined : Math.round(share * PERIOD_US);
      for (const [file, text] of settings(quotaUs)) writeFileSync(`${group}/${file}`, text, { flag: 'r+' });
    };
    // The kernel keeps a group until its last process is reaped.
    const release = (): void => void setTimeout(() => remove(group), 200);
    try {
      mkdirSync(group);
      limit(undefined);
      writeFileSync(`${group}/cgroup.procs`, `${pid}`, { flag: 'r+' });
      return { how, limit, release };
    } catch {
      remove(group);
    }
  }
  return stopAndGo(pid);
}

function remove(group: string): void {
  try {
    rmdirSync(group);
  } catch {
    // Never made.
  }
}

/** Coarser than the kernel, and waiting counts as work: the process runs for its share of every 50 ms. */
function stopAndGo(pid: number): CpuShare {
  let timer: NodeJS.Timeout | undefined;
  const signal = (name: 'SIGSTOP' | 'SIGCONT'): void => {
    try {
      process.kill(pid, name);
    } catch {
      clearTimeout(timer);
    }
  };
  const limit = (share: number | undefined): void => {
    clearTimeout(timer);
    signal('SIGCONT');
    if (share === undefined || share >= 1) return;
    const run = (): void => {
      signal('SIGCONT');
      timer = setTimeout(stop, share * 50);
    };
    const stop = (): void => {
      timer = setTimeout(run, (1 - share) * 50);
      signal('SIGSTOP');
    };
    stop();
  };
  return { how: 'SIGSTOP and SIGCONT, 50 ms', limit, release: () => limit(undefined) };
}
