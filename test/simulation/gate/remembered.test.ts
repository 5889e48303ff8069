import { expect, test } from 'vitest';
import { deploy } from './deployment.ts';
import { runProfile } from './judge.ts';
import { allProfiles } from './profiles.ts';
import { deployRemembering } from './remembered.ts';

const chosen = allProfiles.filter((_, index) => process.env.PROVE || index % 4 === 0);

test.each(chosen.map((profile) => ({ profile, name: profile.name })))(
  'the production code as it is and the one that remembers live the same story of «$name»',
  async ({ profile }) => {
    const asItIs = await runProfile(profile, 5, deploy);
    const remembering = await runProfile(profile, 5, deployRemembering);
    expect(remembering.run.trace).toEqual(asItIs.run.trace);
    expect(remembering.run.answers).toEqual(asItIs.run.answers);
  },
);
