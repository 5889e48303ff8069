import { identityProfiles } from './identities.ts';
import { describeProfiles } from './seeds.ts';

describeProfiles('a fleet whose login is shared, renamed or forgotten', identityProfiles);
