import { parentPort, workerData } from 'node:worker_threads';
import { deploy } from './deployment.ts';
import { runProfile } from './judge.ts';
import type { ProfileRow } from './profile-rows.ts';
import { allProfiles } from './profiles.ts';

/** Runs one profile over a range of seeds on a thread of its own. */
const { profile: name, from, to }: { profile: string; from: number; to: number } = workerData;
const profile = allProfiles.find((known) => known.name === name);
if (!profile) throw new Error(`no profile ${name}`);
const failed: string[] = [];
const counts = { runs: 0, lockOuts: 0, maxLogins: 0, maxInFlight: 0, closed: 0, healed: 0, within75: 0 };
for (let seed = from; seed <= to; seed += 1) {
  const { symptoms, run, outageAfterMs } = await runProfile(profile, seed, deploy);
  counts.runs += 1;
  counts.lockOuts += run.stats.lockOuts;
  counts.maxLogins = Math.max(counts.maxLogins, run.stats.logins);
  counts.maxInFlight = Math.max(counts.maxInFlight, run.stats.maxInFlight);
  if (run.closed.length > 0) counts.closed += 1;
  else counts.healed += 1;
  if (run.closed.length === 0 && outageAfterMs <= 75_000) counts.within75 += 1;
  if (symptoms.length > 0) failed.push(`seed ${seed}: ${symptoms.join('; ')}`);
}
const row: ProfileRow = { profile: name, ...counts, failed };
parentPort?.postMessage(row);
