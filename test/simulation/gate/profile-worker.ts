import { parentPort } from 'node:worker_threads';
import { runProfile } from './judge.ts';
import type { ProfileJob, ProfileRow } from './profile-rows.ts';
import { allProfiles } from './profiles.ts';
import { deployRemembering as deploy } from './remembered.ts';

/** Runs profiles over ranges of seeds on a thread of its own, one after the other. */
parentPort?.on('message', (job: ProfileJob) => void run(job).then((row) => parentPort?.postMessage(row)));

async function run({ profile: name, from, to }: ProfileJob): Promise<ProfileRow> {
  const profile = allProfiles.find((known) => known.name === name);
  if (!profile) throw new Error(`no profile ${name}`);
  const failed: string[] = [];
  const counts = { runs: 0, lockOuts: 0, maxLogins: 0, maxInFlight: 0, closed: 0, healed: 0, within75: 0 };
  for (let seed = from; seed <= to; seed += 1) {
    const { symptoms, run: story, outageAfterMs, helped } = await runProfile(profile, seed, deploy);
    const { stats, closed } = story;
    const healed = closed.length === 0 && !helped;
    counts.runs += 1;
    counts.lockOuts += stats.lockOuts;
    counts.maxLogins = Math.max(counts.maxLogins, stats.logins);
    counts.maxInFlight = Math.max(counts.maxInFlight, stats.maxInFlight);
    if (closed.length > 0) counts.closed += 1;
    if (healed) counts.healed += 1;
    if (healed && outageAfterMs <= 75_000) counts.within75 += 1;
    if (symptoms.length > 0) failed.push(`seed ${seed}: ${symptoms.join('; ')}`);
  }
  return { profile: name, ...counts, failed };
}
