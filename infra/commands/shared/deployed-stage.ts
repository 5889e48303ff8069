import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { RECONCILE_GRACE_MS } from '../../../lib/budgets.ts';
import type { EnvSource } from '../../../lib/env.ts';
import type { StageSettings } from '../../stage/stage-schema.ts';
import { OperatorError } from './arguments.ts';
import { outputNamed, type StackOutputs, stackOutputs } from './outputs.ts';
import { settingsOf } from './settings-of.ts';
import type { PublicFacts, StageFacts } from './stage-facts.ts';

/** @throws OperatorError when the stage is not in cdk.json, or not deployed */
export async function deployedStage(stage: string, outputsFile: string | undefined): Promise<StageFacts> {
  const settings = settingsOf(stage);
  const outputs = await stackOutputs(stage, settings.region, outputsFile);
  const named = `--stage ${stage}${outputsFile === undefined ? '' : ` --outputs ${outputsFile}`}`;
  return factsOf(settings, outputs, await ownCredentials(settings.region), named);
}

/** What a stage shows to the world; asks for no credentials but those that describe the stack. */
export async function deployedApi(stage: string, outputsFile: string | undefined): Promise<PublicFacts> {
  const settings = settingsOf(stage);
  return publicFacts(settings, await stackOutputs(stage, settings.region, outputsFile));
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
export function factsOf(settings: StageSettings, outputs: StackOutputs, aws: EnvSource, named: string): StageFacts {
  const { stage, partners, zones } = settings;
  const output = (name: string): string => outputNamed(outputs, name);
  const addresses = zones.map((_, index) => outputs[`EgressAddress${index + 1}`] ?? '');
  const windowSeconds = Math.min(settings.everyMinutes * 60, settings.snapshots.lateSeconds);
  return {
    stage,
    named,
    aws,
    secretIds: Object.fromEntries(partners.map((partner) => [partner, output(`SecretArn-${partner}`)])),
    secretFile: undefined,
    functions: {
      inspect: output('InspectFunction'),
      operate: output('OperateFunction'),
      deliver: output('DeliverFunction'),
    },
    ...publicFacts(settings, outputs),
    egress: settings.egress === 'open' ? { kind: 'open' } : { kind: 'fixed', zones, addresses },
    slotSeconds: windowSeconds + RECONCILE_GRACE_MS / 1000,
  };
}

function publicFacts(settings: StageSettings, outputs: StackOutputs): PublicFacts {
  const output = (name: string): string => outputNamed(outputs, name);
  return {
    api: { url: output('ApiUrl'), tokenUrl: output('TokenUrl'), mutualTls: settings.customDomain !== undefined },
    enkash: settings.enkash,
    accounts: Object.values(settings.callers).flatMap(({ grants }) =>
      grants.flatMap(({ partner, companyId, cardAccountIds = [] }) =>
        cardAccountIds.map((cardAccountId) => ({ partner, companyId, cardAccountId })),
      ),
    ),
    caller: undefined,
  };
}
