import { type EnvironmentOptions, startEnvironment } from './environment.ts';
import { grants, type StandIns } from './stand-ins.ts';
import { type Variant, type VariantName, variantNames } from './variants.ts';

export type Start = {
  readonly initMs: number;
  readonly firstMs: number;
  readonly totalMs: number;
  readonly peakMb: number;
  /** The median of the calls that followed; NaN where there were none. */
  readonly warmMs: number;
};
/** One start of every variant, next to each other in time. */
export type Round = Readonly<Record<VariantName, Start>>;
export type RoundOptions = {
  readonly memoryMb?: number;
  readonly rounds: number;
  readonly warmCalls?: number;
  readonly settlingCalls?: number;
};

/** Under the life of EnKash's token, so that every start finds a shared one. */
const TOKEN_MS = 120_000;

/** Starts and stops every variant in turn, the order rotating, so that whatever else the machine does meets them all. */
export async function measureRounds(
  standIns: StandIns,
  variants: Readonly<Record<VariantName, Variant>>,
  { memoryMb, rounds, warmCalls = 0, settlingCalls = 0 }: RoundOptions,
): Promise<{ readonly cpu: string; readonly rounds: readonly Round[] }> {
  const measured: Round[] = [];
  let cpu = '';
  let sharedSince = Number.NEGATIVE_INFINITY;
  for (let round = 0; round < rounds; round += 1) {
    if (performance.now() - sharedSince > TOKEN_MS) {
      await standIns.forgetToken();
      await start(variants.ours, {});
      sharedSince = performance.now();
    }
    const starts: Partial<Record<VariantName, Start>> = {};
    for (const [at] of variantNames.entries()) {
      const name = variantNames[(at + round) % variantNames.length] ?? 'ours';
      starts[name] = await start(variants[name], memoryMb === undefined ? {} : { memoryMb }, warmCalls);
    }
    measured.push(starts as Round);
  }
  return { cpu, rounds: measured };

  async function start({ folder }: Variant, options: Pick<EnvironmentOptions, 'memoryMb'>, calls = 0): Promise<Start> {
    const variables = { ...standIns.variables, GRANTS: JSON.stringify(grants) };
    const environment = await startEnvironment({ folder, variables, ...options });
    try {
      cpu = environment.cpu;
      const first = await invoke();
      const warm: number[] = [];
      for (let call = 0; call < settlingCalls && calls > 0; call += 1) await invoke();
      for (let call = 0; call < calls; call += 1) warm.push(await invoke());
      return {
        initMs: environment.initMs,
        firstMs: first,
        totalMs: environment.initMs + first,
        peakMb: environment.peakMb() ?? Number.NaN,
        warmMs: median(warm),
      };
    } finally {
      await environment.stop();
    }

    async function invoke(): Promise<number> {
      const { ms, failed, body } = await environment.invoke(standIns.event);
      if (failed || !body.startsWith('{"statusCode":200'))
        throw new Error(`${folder}: ${body}\n${environment.printed()}`);
      return ms;
    }
  }
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((one, other) => one - other);
  const middle = sorted.length / 2;
  const [low = Number.NaN, high = low] = sorted.slice(Math.ceil(middle) - 1, Math.floor(middle) + 1);
  return (low + high) / 2;
}
