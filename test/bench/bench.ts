import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { limitCpu } from './cpu-share.ts';
import { startEnvironment } from './environment.ts';
import { middlewareMicroseconds } from './middleware.ts';
import { measureRounds, median, type Round, type Start } from './rounds.ts';
import { startStandIns } from './stand-ins.ts';
import { type VariantName, variantNames, writeVariants } from './variants.ts';

/** `npm run bench`: goals G1 to G5 of get-card-account as deployed, next to its peer and its floor. */
const { values } = parseArgs({ options: { rounds: { type: 'string', default: '9' }, write: { type: 'boolean' } } });
const rounds = Number(values.rounds);
/** Timed after as many untimed ones as it takes V8 to have compiled what is hot. */
const WARM_CALLS = 200;
const SETTLING_CALLS = 400;

const ownShare = limitCpu(process.pid);
const standIns = await startStandIns();
const variants = await writeVariants();
const lines: string[] = [];
const goals: { readonly goal: string; readonly what: string; readonly value: number; readonly limit: number }[] = [];
const goal = (id: string, what: string, value: number, limit: number) => goals.push({ goal: id, what, value, limit });

const full = await measureRounds(standIns, variants, { rounds, warmCalls: WARM_CALLS, settlingCalls: SETTLING_CALLS });
const at512 = await measureRounds(standIns, variants, { rounds, memoryMb: 512 });
const at256 = await measureRounds(standIns, variants, { rounds, memoryMb: 256 });
const byMemory = [
  { memory: 'a whole core', measured: full },
  { memory: '512 MB', measured: at512 },
  { memory: '256 MB', measured: at256 },
];

lines.push('| CPU | variant | bundle kB | init ms | first call ms | to first answer ms | warm ms | peak MB |');
lines.push('|---|---|---|---|---|---|---|---|');
for (const { memory, measured } of byMemory) {
  for (const name of variantNames) {
    const of = (field: keyof Start, digits = 0) =>
      median(measured.rounds.map((round) => round[name][field])).toFixed(digits);
    const warm = memory === 'a whole core' ? of('warmMs', 2) : '';
    const kilobytes = (variants[name].bytes / 1_000).toFixed(0);
    lines.push(
      `| ${memory} | ${name} | ${kilobytes} | ${of('initMs')} | ${of('firstMs', 1)} | ${of('totalMs')} | ${warm} | ${of('peakMb')} |`,
    );
  }
}

const ratio = (measured: readonly Round[], field: keyof Start, to: VariantName) =>
  median(measured.map((round) => round.ours[field] / round[to][field]));
goal('G1', 'time to first answer / P3, a whole core', ratio(full.rounds, 'totalMs', 'P3'), 0.75);
goal('G1', 'time to first answer / P3, 512 MB', ratio(at512.rounds, 'totalMs', 'P3'), 0.45);
goal('G1', 'time to first answer / P3, 256 MB', ratio(at256.rounds, 'totalMs', 'P3'), 0.35);
goal('G2', 'time to first answer / F1, a whole core', ratio(full.rounds, 'totalMs', 'F1'), 2);
goal('G2', 'first call / P3, 512 MB', ratio(at512.rounds, 'firstMs', 'P3'), 0.12);
goal('G3', 'bundle, kB', variants.ours.bytes / 1_000, 330);
goal('G3', 'bundle gzipped, kB', variants.ours.gzipped / 1_000, 105);
goal('G3', 'undici loaded after the first call', (await loadsUndici()) ? 1 : 0, 0);
goal('G4', 'warm request / F1', ratio(full.rounds, 'warmMs', 'F1'), 1.25);
goal('G4', 'middleware, microseconds', await middlewareMicroseconds(standIns.event), 15);
goal('G4', `calls beside EnKash's in ${WARM_CALLS} warm reads`, await otherCalls(), 0);
const kinder = [full, at512, at256].map(({ rounds }) => ratio(rounds, 'totalMs', 'P3 https').toFixed(2)).join(', ');
const peaks = full.rounds.map(({ ours, F1 }) => ours.peakMb - F1.peakMb);
goal('G5', 'peak memory over F1, MB', median(peaks), 24);

lines.push('', '| goal | | measured | at most | |', '|---|---|---|---|---|');
for (const { goal: id, what, value, limit } of goals) {
  lines.push(`| ${id} | ${what} | ${Number(value.toFixed(2))} | ${limit} | ${value <= limit ? 'met' : 'MISSED'} |`);
}
lines.push(
  '',
  `Next to the peer with node:https in the place of fetch, to first answer: ${kinder} in the order above.`,
);
await standIns.close();
ownShare.release();

const commit = execFileSync('git', ['rev-parse', '--short', 'HEAD'], { encoding: 'utf8' }).trim();
const [{ model } = { model: 'unknown CPU' }] = cpus();
const heading = `${new Date().toISOString().slice(0, 10)}, commit ${commit}, Node ${process.version}, ${cpus().length} x ${model}; medians of ${rounds} interleaved rounds; CPU shares by ${at512.cpu}.`;
const report = `${heading}\n\n${lines.join('\n')}\n`;
console.log(report);
if (values.write) {
  const preface = '# Time to first answer, warm requests, memory\n\nWritten by `npm run bench -- --write`. ';
  writeFileSync(join(import.meta.dirname, 'results.md'), preface + report);
}

async function loadsUndici(): Promise<boolean> {
  const spy = `process.once('SIGUSR2', () => console.log('undici:' + process.moduleLoadList.some((name) => name.includes('undici/undici'))))`;
  const variables = { ...standIns.variables, NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(spy)}` };
  const environment = await startEnvironment({ folder: variants.ours.folder, variables });
  await environment.invoke(standIns.event);
  environment.signal('SIGUSR2');
  while (!environment.printed().includes('undici:')) await setTimeout(20);
  await environment.stop();
  return environment.printed().includes('undici:true');
}

async function otherCalls(): Promise<number> {
  const { folder } = variants.ours;
  const environment = await startEnvironment({ folder, variables: standIns.variables });
  await environment.invoke(standIns.event);
  // The first read of an account leaves its balances behind for others, after its answer.
  await setTimeout(300);
  const before = standIns.calls();
  for (let call = 0; call < WARM_CALLS; call += 1) await environment.invoke(standIns.event);
  const after = standIns.calls();
  await environment.stop();
  const enkash = after.enkash - before.enkash - WARM_CALLS;
  return after.secretsManager - before.secretsManager + after.dynamoDb - before.dynamoDb + Math.abs(enkash);
}
