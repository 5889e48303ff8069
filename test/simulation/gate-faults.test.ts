import { faultProfiles } from './gate-faults.ts';
import { describeProfiles } from './gate-seeds.ts';

describeProfiles('a fleet whose password is right', faultProfiles);
