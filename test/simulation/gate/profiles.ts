import { faultProfiles } from './faults.ts';
import { identityProfiles } from './identities.ts';
import type { Profile } from './judge.ts';
import { operatorProfiles } from './operators.ts';
import { outcomeProfiles } from './outcomes.ts';
import { passwordProfiles } from './passwords.ts';
import { platformProfiles } from './platform.ts';

/** Every world that the gate is shown to survive, by the figure that it stands for. */
export const allProfiles: readonly Profile[] = [
  ...faultProfiles,
  ...passwordProfiles,
  ...platformProfiles,
  ...operatorProfiles,
  ...outcomeProfiles,
  ...identityProfiles,
];
