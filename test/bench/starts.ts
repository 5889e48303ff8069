import { setTimeout } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { bundle } from '../../infra/bundle/bundle.ts';
import { batchOverSlowest } from './batch.ts';
import { drawStarts } from './drawing.ts';
import { startEnvironment } from './environment.ts';
import { median } from './median.ts';
import { middlewareMicroseconds } from './middleware.ts';
import { createReport, type Report, spreadOf } from './report.ts';
import {
  measureStarts,
  measureWarm,
  type Round,
  type Start,
  type Variants,
  type Warm,
  warmEnvironment,
} from './rounds.ts';
import { type StandIns, startStandIns } from './stand-ins.ts';
import { peerNames, type Variant, type VariantName, variantNames, variantTexts, writeVariants } from './variants.ts';

const READS = 200;
/** G1: time to first answer over the strongest peer's, by share of CPU. */
const startGoals = [
  { cpu: 'a whole core', tls: false, limit: 0.7 },
  { cpu: '512 MB', memoryMb: 512, tls: false, limit: 0.5 },
  { cpu: '256 MB', memoryMb: 256, tls: false, limit: 0.3 },
  { cpu: '512 MB, TLS', memoryMb: 512, tls: true, limit: 0.5 },
] as const;

export type StartsOptions = {
  readonly rounds: number;
  /** One figure of each kind, for whoever has three minutes. */
  readonly quick: boolean;
};

/** G1 to G5 and G11: starts, calls, bundle and memory of get-card-account, all variants interleaved; and a batch. */
export async function measureStartsAndCalls({ rounds, quick }: StartsOptions): Promise<Report> {
  const variants = await writeVariants();
  const [plain, secure] = [await startStandIns(), await startStandIns({ tls: true })];
  const goals = quick ? startGoals.filter(({ cpu }) => cpu === '512 MB') : startGoals;
  const report = createReport('Starts, calls and memory of get-card-account');
  report.text(`Medians of ${rounds} interleaved rounds, with the middle half of the values beside them.`);
  report.table(['variant', 'what it is'], Object.entries(variantTexts));

  const drawn: { cpu: string; starts: readonly Round<Start>[] }[] = [];
  for (const { cpu, tls, limit, ...share } of goals) {
    const { cpu: how, rounds: starts } = await measureStarts(tls ? secure : plain, variants, { rounds, ...share });
    report.text(`### ${cpu} (${how} after init)`);
    startTable(report, variants, starts);
    judgeStarts(report, cpu, limit, starts);
    drawn.push({ cpu, starts });
  }
  await measureBundles(report);
  await measureCalls(report, plain, variants, { what: 'plain HTTP', rounds: quick ? 1 : Math.ceil(rounds / 3) });
  if (!quick) await measureCalls(report, secure, variants, { what: 'TLS', rounds: Math.ceil(rounds / 3) });
  report.atMost('G3', 'undici loaded after the first call', (await loadsUndici(plain, variants.ours)) ? 1 : 0, 0);
  report.atMost('G4', 'middleware, microseconds', await middlewareMicroseconds(plain.event), 8);
  report.atMost('G4', `calls beside EnKash's in ${READS} reads`, await otherCalls(plain, variants.ours), 0);
  report.atMost('G11', 'a batch of 25, 8 in flight / the slowest of its reads alone', await batchOverSlowest(3), 4);
  report.draw('starts.svg', drawStarts(drawn));
  await Promise.all([plain.close(), secure.close()]);
  return report;
}

function startTable(report: Report, variants: Variants, starts: readonly Round<Start>[]): void {
  report.table(
    ['variant', 'bundle kB', 'init ms', 'first call ms', 'to first answer ms', 'spread'],
    variantNames.map((name) => {
      const valuesOf = (field: keyof Start) => starts.map((round) => round[name][field]);
      const kilobytes = Math.round(variants[name].bytes / 1_000);
      const [init, first, total] = (['initMs', 'firstMs', 'totalMs'] as const).map((field) => median(valuesOf(field)));
      return [
        name,
        kilobytes,
        `${init?.toFixed()}`,
        `${first?.toFixed(1)}`,
        `${total?.toFixed()}`,
        spreadOf(valuesOf('totalMs')),
      ];
    }),
  );
}

function judgeStarts(report: Report, cpu: string, limit: number, starts: readonly Round<Start>[]): void {
  const strongest = strongestOf(starts, 'totalMs');
  report.atMost('G1', `time to first answer / ${strongest}, ${cpu}`, ratios(starts, 'totalMs', strongest), limit);
  if (cpu === 'a whole core') {
    report.atMost('G2', 'time to first answer / F1, a whole core', ratios(starts, 'totalMs', 'F1'), 1.65);
  }
  if (cpu === '512 MB') {
    const quickest = strongestOf(starts, 'firstMs');
    report.atMost('G2', `first call / ${quickest}, 512 MB`, ratios(starts, 'firstMs', quickest), 0.05);
  }
}

/** The peer to be measured against: the one with the least median. */
function strongestOf<K extends string>(rounds: readonly Round<Readonly<Record<K, number>>>[], field: K): VariantName {
  const medianOf = (name: VariantName) => median(rounds.map((round) => round[name][field]));
  return peerNames.toSorted((one, other) => medianOf(one) - medianOf(other))[0] ?? 'P3';
}

/** Of every round: a busy second meets both sides of one. */
function ratios<K extends string>(rounds: readonly Round<Readonly<Record<K, number>>>[], field: K, to: VariantName) {
  return rounds.map((round) => round.ours[field] / round[to][field]);
}

async function measureBundles(report: Report): Promise<void> {
  for (const [name, { code }] of await bundle()) {
    if (!/card-account|balances|openapi/.test(name)) continue;
    report.atMost('G3', `bundle of ${name}, kB`, Buffer.byteLength(code) / 1_000, 240);
    report.atMost('G3', `bundle of ${name}, gzipped, kB`, gzipSync(code, { level: 9 }).length / 1_000, 80);
  }
}

async function measureCalls(
  report: Report,
  standIns: StandIns,
  variants: Variants,
  { what, rounds }: { readonly what: string; readonly rounds: number },
): Promise<void> {
  const warm: Round<Warm>[] = [];
  for (let round = 0; round < rounds; round += 1) warm.push(await measureWarm(standIns, variants));
  report.text(`### Warm, ${what}`);
  report.table(
    ['variant', 'request ms', 'spread', 'peak MB'],
    variantNames.map((name) => {
      const calls = warm.map((round) => round[name].callMs);
      return [
        name,
        median(calls).toFixed(2),
        spreadOf(calls),
        median(warm.map((round) => round[name].peakMb)).toFixed(),
      ];
    }),
  );
  report.atMost('G4', `warm request / F1, ${what}`, ratios(warm, 'callMs', 'F1'), 1.15);
  report.atMost(
    'G5',
    `peak memory over F1, MB, ${what}`,
    warm.map(({ ours, F1 }) => ours.peakMb - F1.peakMb),
    15,
  );
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
