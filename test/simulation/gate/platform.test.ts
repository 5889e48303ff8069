import { platformProfiles } from './platform.ts';
import { describeProfiles } from './seeds.ts';

describeProfiles('a fleet on a platform that fails it', platformProfiles, 30);
