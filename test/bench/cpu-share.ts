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
  /** Ahead of whatever else the machine does. */
  readonly first: readonly [file: string, text: string];
  readonly settings: (quotaUs: number | undefined) => readonly (readonly [file: string, text: string])[];
};

const hierarchies: readonly Hierarchy[] = [
  {
    how: 'cgroup v2 cpu.max',
    root: '/sys/fs/cgroup',
    first: ['cpu.weight', '10000'],
    settings: (quotaUs) => [['cpu.max', `${quotaUs ?? 'max'} ${PERIOD_US}`]],
  },
  {
    how: 'cgroup v1 cpu.cfs_quota_us',
    root: '/sys/fs/cgroup/cpu',
    first: ['cpu.shares', '262144'],
    settings: (quotaUs) => [
      ['cpu.cfs_period_us', `${PERIOD_US}`],
      ['cpu.cfs_quota_us', `${quotaUs ?? -1}`],
    ],
  },
];

/** Holds a process to a share of one core, all of its threads together: by the kernel where we may, else by signals. */
export function limitCpu(pid: number): CpuShare {
  for (const { how, root, first, settings } of hierarchies) {
    const group = `${root}/enkash-bench-${pid}`;
    const write = ([file, text]: readonly [string, string], folder = group): void =>
      writeFileSync(`${folder}/${file}`, text, { flag: 'r+' });
    const limit = (share: number | undefined): void => {
      const quotaUs = share === undefined || share >= 1 ? undefined : Math.round(share * PERIOD_US);
      for (const setting of settings(quotaUs)) write(setting);
    };
    const release = (): void => {
      attempt(() => write(['cgroup.procs', `${pid}`], root));
      // The kernel keeps a group until its last process is reaped.
      setTimeout(() => attempt(() => rmdirSync(group)), 200);
    };
    const made = attempt(() => {
      mkdirSync(group);
      write(first);
      limit(undefined);
      write(['cgroup.procs', `${pid}`]);
    });
    if (made) return { how, limit, release };
    attempt(() => rmdirSync(group));
  }
  return stopAndGo(pid);
}

function attempt(action: () => void): boolean {
  try {
    action();
    return true;
  } catch {
    return false;
  }
}

/** Coarser than the kernel, and waiting counts as work: the process runs for its share of every 50 ms. */
function stopAndGo(pid: number): CpuShare {
  let timer: NodeJS.Timeout | undefined;
  const signal = (name: 'SIGSTOP' | 'SIGCONT'): void => {
    if (!attempt(() => process.kill(pid, name))) clearTimeout(timer);
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
