import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { RECONCILE_GRACE_MS } from '../../../lib/budgets.ts';
import type { EnvSource } from '../../../lib/env.ts';
import { readStages } from '../../stage/cdk-json.ts';
import { parseStage, SettingsError } from '../../stage/settings.ts';
import type { StageSettings } from '../../stage/stage-schema.ts';
import { OperatorError } from './arguments.ts';
import { outputNamed, type StackOutputs, stackOutputs } from './outputs.ts';
import type { PublicFacts, StageFacts } from './stage-facts.ts';

/** @throws OperatorError when the stage is not in cdk.json, or not deployed */
export async function deployedStage(stage: string, outputsFile: string | undefined): Promise<StageFacts> {
  const settings = settingsOf(stage);
  const outputs = await stackOutputs(stage, settings.region, outputsFile);
  const credentials = await ownCredentials(settings.region);
  return factsOf(settings, outputs, credentials);
}

/** What a stage shows to the world; asks for no credentials but those that describe the stack. */
export async function deployedApi(stage: string, outputsFile: string | undefined): Promise<PublicFacts> {
  const settings = settingsOf(stage);
  return publicFacts(settings, await stackOutputs(stage, settings.region, outputsFile));
}

/** @throws OperatorError when cdk.json is wrong, or has no such stage */
export function settingsOf(stage: string): StageSettings {
  try {
    return parseStage(readStages(), stage);
  } catch (error) {
    throw error instanceof SettingsError ? new OperatorError(error.message) : error;
  }
}

/** Whatever the AWS SDK finds: variables, profile, single sign-on. */
async function ownCredentials(region: string): Promise<EnvSource> {
  try {
    const found = await new SecretsManagerClient({ region }).config.credentials();
    return {
      AWS_REGION: region,
      AWS_ACCESS_KEY_ID: found.accessKeyId,
      AWS_SECRET_ACCESS_KEY: found.secretAccessKey,
      AWS_SESSION_TOKEN: found.sessionToken,
    };
  } catch {
    throw new OperatorError(
      'No AWS credentials: sign in to the account of the stage first (for example "aws sso login").',
    );
  }
}

/** Puts settings and outputs together. @throws OperatorError naming the output that is missing */
export function factsOf(settings: StageSettings, outputs: StackOutputs, credentials: EnvSource): StageFacts {
  const { stage, partners, enkash, notFoundCodes, tokenRefusedCodes, uncountedLoginReplies, controlRequests } =
    settings;
  const output = (name: string): string => outputNamed(outputs, name);
  const secretIds = Object.fromEntries(partners.map((partner) => [partner, output(`SecretArn-${partner}`)]));
  const loginGateTable = output('LoginGateTable');
  const addresses = settings.zones.map((_, index) => outputs[`EgressAddress${index + 1}`] ?? '');
  return {
    stage,
    env: {
      ...credentials,
      STAGE: stage,
      PARTNER_SECRETS: JSON.stringify(secretIds),
      ENKASH_API_URL: enkash.apiUrl,
      ENKASH_TOKEN_URL: enkash.tokenUrl,
      NOT_FOUND_CODES: JSON.stringify(notFoundCodes),
      TOKEN_REFUSED_CODES: JSON.stringify(tokenRefusedCodes),
      UNCOUNTED_LOGIN_REPLIES: JSON.stringify(uncountedLoginReplies),
      CONTROL_REQUESTS: controlRequests ? 'on' : 'off',
      LOGIN_GATE_TABLE: loginGateTable,
    },
    secretIds,
    loginGateTable,
    ...publicFacts(settings, outputs),
    egress: settings.egress === 'open' ? { kind: 'open' } : { kind: 'fixed', zones: settings.zones, addresses },
    snapshots: {
      table: output('BalancesTable'),
      everySeconds: settings.everyMinutes * 60,
      lateSeconds: settings.snapshots.lateSeconds,
      graceSeconds: RECONCILE_GRACE_MS / 1000,
    },
  };
}

function publicFacts(settings: StageSettings, outputs: StackOutputs): PublicFacts {
  const output = (name: string): string => outputNamed(outputs, name);
  return {
    api: { url: output('ApiUrl'), tokenUrl: output('TokenUrl'), mutualTls: settings.customDomain !== undefined },
    accounts: Object.values(settings.callers).flatMap(({ grants }) =>
      grants.flatMap(({ partner, companyId, cardAccountIds = [] }) =>
        cardAccountIds.map((cardAccountId) => ({ partner, companyId, cardAccountId })),
      ),
    ),
    caller: undefined,
  };
}
