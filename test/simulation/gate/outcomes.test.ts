import { outcomeProfiles } from './outcomes.ts';
import { describeProfiles } from './seeds.ts';

describeProfiles('a fleet whose logins something else answers', outcomeProfiles);
