import { setTimeout } from 'node:timers/promises';
import { startEnvironment } from './environment.ts';
import { middlewareMicroseconds } from './middleware.ts';
import { createReport, type Report } from './report.ts';
import { measureStarts, measureWarm, median, type Round, type Warm, warmEnvironment } from './rounds.ts';
import { type StandIns, startStandIns } from './stand-ins.ts';
import { type Variant, type VariantName, variantNames, writeVariants } from './variants.ts';

const READS = 200;

/** G1 to G5: starts, calls, bundle and memory of get-card-account. */
export async function measureStartsAndCalls(rounds: number): Promise<Report> {
  const standIns = await startStandIns();
  const variants = await writeVariants();
  const full = await measureStarts(standIns, variants, { rounds });
  const at512 = await measureStarts(standIns, variants, { rounds, memoryMb: 512 });
  const at256 = await measureStarts(standIns, variants, { rounds, memoryMb: 256 });
  const warm: Round<Warm>[] = [];
  for (let round = 0; round < Math.ceil(rounds / 3); round += 1) warm.push(await measureWarm(standIns, variants));

  const report = createReport('Starts, calls and memory of get-card-account');
  report.text(
    `Medians of ${rounds} interleaved rounds; CPU by ${at512.cpu} after init. P3: the usual way. P3 https: the same with node:https in the place of fetch. F1: no dependency at all.`,
  );
  report.table(
    ['CPU', 'variant', 'bundle kB', 'init ms', 'first call ms', 'to first answer ms'],
    Object.entries({ 'a whole core': full, '512 MB': at512, '256 MB': at256 }).flatMap(([cpu, { rounds: starts }]) =>
      variantNames.map((name) => {
        const of = (field: 'initMs' | 'firstMs' | 'totalMs') => median(starts.map((round) => round[name][field]));
        const kilobytes = Math.round(variants[name].bytes / 1_000);
        return [cpu, name, kilobytes, of('initMs').toFixed(), of('firstMs').toFixed(1), of('totalMs').toFixed()];
      }),
    ),
  );
  report.table(
    ['variant', 'warm request ms', 'peak MB'],
    variantNames.map((name) => [
      name,
      median(warm.map((round) => round[name].callMs)).toFixed(2),
      median(warm.map((round) => round[name].peakMb)).toFixed(),
    ]),
  );

  const total = ratio('totalMs');
  report.atMost('G1', 'time to first answer / P3, a whole core', total(full.rounds, 'P3'), 0.75);
  report.atMost('G1', 'time to first answer / P3, 512 MB', total(at512.rounds, 'P3'), 0.45);
  report.atMost('G1', 'time to first answer / P3, 256 MB', total(at256.rounds, 'P3'), 0.35);
  report.atMost('G2', 'time to first answer / F1, a whole core', total(full.rounds, 'F1'), 2);
  report.atMost('G2', 'first call / P3, 512 MB', ratio('firstMs')(at512.rounds, 'P3'), 0.12);
  report.atMost('G3', 'bundle, kB', variants.ours.bytes / 1_000, 330);
  report.atMost('G3', 'bundle gzipped, kB', variants.ours.gzipped / 1_000, 105);
  report.atMost('G3', 'undici loaded after the first call', (await loadsUndici(standIns, variants.ours)) ? 1 : 0, 0);
  report.atMost('G4', 'warm request / F1', ratio('callMs')(warm, 'F1'), 1.25);
  report.atMost('G4', 'middleware, microseconds', await middlewareMicroseconds(standIns.event), 15);
  report.atMost('G4', `calls beside EnKash's in ${READS} reads`, await otherCalls(standIns, variants.ours), 0);
  report.atMost('G5', 'peak memory over F1, MB', median(warm.map(({ ours, F1 }) => ours.peakMb - F1.peakMb)), 24);
  const kinder = [full, at512, at256].map((starts) => total(starts.rounds, 'P3 https').toFixed(2));
  report.text(`To first answer / P3 https, which no goal is set against: ${kinder.join(', ')} in the order above.`);
  await standIns.close();
  return report;
}

/** The median of the rounds' ratios: a busy second meets both sides of one round. */
function ratio<K extends string>(field: K) {
  return (rounds: readonly Round<Readonly<Record<K, number>>>[], to: VariantName): number =>
    median(rounds.map((round) => round.ours[field] / round[to][field]));
}

async function loadsUndici(standIns: StandIns, { folder }: Variant): Promise<boolean> {
  const spy = `process.once('SIGUSR2', () => console.log('undici:' + process.moduleLoadList.some((name) => name.includes('undici/undici'))))`;
  const variables = { ...standIns.variables, NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(spy)}` };
  const environment = await startEnvironment({ folder, variables });
  await environment.invoke(standIns.event);
  environment.signal('SIGUSR2');
  while (!environment.printed().includes('undici:')) await setTimeout(20);
  await environment.stop();
  return environment.printed().includes('undici:true');
}

async function otherCalls(standIns: StandIns, variant: Variant): Promise<number> {
  const environment = await warmEnvironment(standIns, variant);
  // The first read of an account leaves its balances behind for others, after its answer.
  await setTimeout(300);
  const before = standIns.calls();
  for (let read = 0; read < READS; read += 1) await environment.invoke(standIns.event);
  const after = standIns.calls();
  await environment.stop();
  const enkash = after.enkash - before.enkash - READS;
  return after.secretsManager - before.secretsManager + after.dynamoDb - before.dynamoDb + Math.abs(enkash);
}
