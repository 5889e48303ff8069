import { operatorProfiles } from './operators.ts';
import { describeProfiles } from './seeds.ts';

describeProfiles('a fleet whose operator errs', operatorProfiles);
