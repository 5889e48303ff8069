import { CURRENTLY_RECOMMENDED_FLAGS } from 'aws-cdk-lib/cx-api';

/** CDK's feature flags, all as the installed version recommends: an upgrade that adds one shows its effect in `cdk diff`. */
export const featureFlags: Readonly<Record<string, unknown>> = CURRENTLY_RECOMMENDED_FLAGS;
