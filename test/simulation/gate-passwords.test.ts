import { passwordProfiles } from './gate-passwords.ts';
import { describeProfiles } from './gate-seeds.ts';

describeProfiles('a fleet whose password is wrong or changes', passwordProfiles);
