import { parentPort, workerData } from 'node:worker_threads';
import { deploy } from './deployment.ts';
import { type Profile, runProfile } from './judge.ts';
import { allProfiles } from './proof.ts';

/** Runs one profile over a range of seeds on a thread of its own. */
const { profile: name, from, to }: { profile: string; from: number; to: number } = workerData;
const profile = allProfiles.find((known): known is Profile => known.name === name);
if (!profile) throw new Error(`no profile ${name}`);
const result = { runs: 0, lockOuts: 0, maxLogins: 0, maxInFlight: 0, failed: [] as string[] };
for (let seed = from; seed <= to; seed += 1) {
  const { symptoms, run } = await runProfile(profile, seed, deploy);
  result.runs += 1;
  result.lockOuts += run.stats.lockOuts;
  result.maxLogins = Math.max(result.maxLogins, run.stats.logins);
  result.maxInFlight = Math.max(result.maxInFlight, run.stats.maxInFlight);
  if (symptoms.length > 0) result.failed.push(`seed ${seed}: ${symptoms.join('; ')}`);
}
parentPort?.postMessage(result);
