import { faultProfiles } from './faults.ts';
import { describeProfiles } from './seeds.ts';

describeProfiles('a fleet whose password is right', faultProfiles, 200);
