import { type Environment, startEnvironment } from './environment.ts';
import { median } from './median.ts';
import { grants, type StandIns } from './stand-ins.ts';
import { type Variant, type VariantName, variantNames } from './variants.ts';

export type Start = { readonly initMs: number; readonly firstMs: number; readonly totalMs: number };
export type Warm = { readonly callMs: number; readonly peakMb: number };
/** Something measured of every variant, next to each other in time. */
export type Round<T> = Readonly<Record<VariantName, T>>;
export type Variants = Round<Variant>;

/** Under the life of EnKash's token, so that every start finds a shared one. */
const TOKEN_MS = 120_000;
/** Untimed calls, as many as it takes V8 to have compiled what is hot, and timed ones. */
const SETTLING_CALLS = 500;
const WARM_CALLS = 300;

/** Starts and stops every variant in turn, the order rotating, so that whatever else the machine does meets them all. */
export async function measureStarts(
  standIns: StandIns,
  variants: Variants,
  { rounds, memoryMb }: { readonly rounds: number; readonly memoryMb?: number },
): Promise<{ readonly cpu: string; readonly rounds: readonly Round<Start>[] }> {
  const measured: Round<Start>[] = [];
  let cpu = '';
  let sharedSince = Number.NEGATIVE_INFINITY;
  for (let round = 0; round < rounds; round += 1) {
    if (performance.now() - sharedSince > TOKEN_MS) {
      await standIns.forgetToken();
      await (await warmEnvironment(standIns, variants.ours)).stop();
      sharedSince = performance.now();
    }
    measured.push(
      await eachVariant(round, async (name) => {
        const environment = await start(standIns, variants[name], memoryMb);
        cpu = environment.cpu;
        const firstMs = await call(environment, standIns).finally(environment.stop);
        return { initMs: environment.initMs, firstMs, totalMs: environment.initMs + firstMs };
      }),
    );
  }
  return { cpu, rounds: measured };
}

/** All variants warm at the same time, called in turn: medians of their calls, and their memory at its highest. */
export async function measureWarm(standIns: StandIns, variants: Variants): Promise<Round<Warm>> {
  const environments = await eachVariant(0, async (name) => {
    const environment = await warmEnvironment(standIns, variants[name]);
    for (let settling = 0; settling < SETTLING_CALLS; settling += 1) await call(environment, standIns);
    return environment;
  });
  const calls = await eachVariant(0, async (): Promise<number[]> => []);
  for (let round = 0; round < WARM_CALLS; round += 1) {
    await eachVariant(round, async (name) => calls[name].push(await call(environments[name], standIns)));
  }
  return eachVariant(0, async (name) => {
    const peakMb = environments[name].peakMb() ?? Number.NaN;
    await environments[name].stop();
    return { callMs: median(calls[name]), peakMb };
  });
}

/** An environment that has answered once. */
export async function warmEnvironment(standIns: StandIns, variant: Variant): Promise<Environment> {
  const environment = await start(standIns, variant);
  await call(environment, standIns);
  return environment;
}

function start(standIns: StandIns, { folder }: Variant, memoryMb?: number): Promise<Environment> {
  const variables = { ...standIns.variables, GRANTS: JSON.stringify(grants) };
  return startEnvironment({ folder, variables, ...(memoryMb === undefined ? {} : { memoryMb }) });
}

async function call(environment: Environment, { event }: StandIns): Promise<number> {
  const { ms, failed, body } = await environment.invoke(event);
  if (failed || !body.startsWith('{"statusCode":200')) throw new Error(`${body}\n${environment.printed()}`);
  return ms;
}

async function eachVariant<T>(turn: number, measure: (name: VariantName) => Promise<T>): Promise<Round<T>> {
  const measured: Partial<Record<VariantName, T>> = {};
  for (const [at] of variantNames.entries()) {
    const name = variantNames[(at + turn) % variantNames.length] ?? 'ours';
    measured[name] = await measure(name);
  }
  return measured as Round<T>;
}
