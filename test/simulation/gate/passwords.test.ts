import { passwordProfiles } from './passwords.ts';
import { describeProfiles } from './seeds.ts';

describeProfiles('a fleet whose password is wrong or changes', passwordProfiles, 200);
