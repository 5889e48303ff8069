import { expect, test } from 'vitest';
import { runProfile } from './judge.ts';
import { allProfiles } from './profiles.ts';
import { deployRemembering as deploy } from './remembered.ts';

/** Seeds with which 10,000 runs of a profile once found what hundreds had not. */
test.each([
  ['table throttles, writes arrive late', 6115, 'a count taken back under a login that was sent'],
  ['table throttles, writes arrive late', 21025, 'the same, by a count that arrived late under the same number'],
  ['Secrets Manager tells of a rotation late', 209, 'a new password tried before the old one was told'],
])('«%s» keeps its contract with seed %i: %s', { timeout: 60 * 60_000 }, async (name, seed) => {
  const profile = allProfiles.find((known) => known.name === name);
  if (!profile) throw new Error(`no profile ${name}`);
  expect((await runProfile(profile, seed, deploy)).symptoms).toEqual([]);
});
