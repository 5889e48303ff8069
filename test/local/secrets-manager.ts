import { randomUUID } from 'node:crypto';
import * as z from 'zod';
import { AwsError, type AwsService, listenAwsJson } from './aws-json.ts';
import { createSecretVersions, followFile, type SecretVersions, versionIdOf } from './secret-versions.ts';

export type SecretsManagerOptions = {
  /** Name -> text of the first version. */
  readonly secrets?: Readonly<Record<string, string>>;
  /** Name -> file, read again on every call: its content is AWSCURRENT, the content before it AWSPREVIOUS. */
  readonly files?: Readonly<Record<string, string>>;
  readonly port?: number;
  readonly now?: () => number;
};
export type SecretsManager = AwsService & {
  /** Saves a new current version, as an operator does in the console. @returns its version id */
  put(name: string, text: string): string;
};

const id = z.object({ SecretId: z.string().min(1) });
const getInput = id.extend({ VersionId: z.string().optional(), VersionStage: z.string().optional() });
const putInput = id.extend({
  SecretString: z.string(),
  ClientRequestToken: z.string().min(32).max(64).default(randomUUID),
  VersionStages: z.array(z.string()).min(1).default(['AWSCURRENT']),
});
const stageInput = id.extend({
  VersionStage: z.string(),
  MoveToVersionId: z.string().optional(),
  RemoveFromVersionId: z.string().optional(),
});

const arnOf = (name: string) => `arn:aws:secretsmanager:ap-south-1:000000000000:secret:${name}-Local0`;
const notFound = (what = 'secret') =>
  new AwsError('ResourceNotFoundException', `Secrets Manager can't find the specified ${what}.`);

/** A stand-in for Secrets Manager that @aws-sdk/client-secrets-manager talks to: four operations, AWS's error types. */
export async function startSecretsManager(options: SecretsManagerOptions = {}): Promise<SecretsManager> {
  const { secrets = {}, files = {}, now = Date.now } = options;
  const known = new Map<string, SecretVersions>();
  for (const name of [...Object.keys(secrets), ...Object.keys(files)]) known.set(name, createSecretVersions(now));
  for (const [name, text] of Object.entries(secrets)) known.get(name)?.put(versionIdOf(text), text, ['AWSCURRENT']);

  function find(secretId: string): { name: string; versions: SecretVersions } {
    for (const [name, versions] of known) {
      if (![name, arnOf(name), arnOf(name).slice(0, -7)].includes(secretId)) continue;
      const file = files[name];
      if (file !== undefined) followFile(versions, file);
      return { name, versions };
    }
    throw notFound();
  }

  function get(input: unknown) {
    const { SecretId, VersionId, VersionStage } = getInput.parse(input);
    const { name, versions } = find(SecretId);
    const label = VersionStage ?? 'AWSCURRENT';
    const version = versions.get(VersionId ?? versions.labelled(label) ?? '');
    if (!version)
      throw notFound(
        VersionId ? `secret value for VersionId: ${VersionId}` : `secret value for staging label: ${label}`,
      );
    const stages = versions.stagesOf(version.versionId);
    if (VersionStage !== undefined && !stages.includes(VersionStage))
      throw new AwsError('InvalidRequestException', 'The VersionStage is not on the VersionId.');
    const { versionId, text, createdAt } = version;
    return {
      ARN: arnOf(name),
      Name: name,
      VersionId: versionId,
      SecretString: text,
      VersionStages: stages,
      CreatedDate: createdAt / 1000,
    };
  }

  function put(input: unknown) {
    const { SecretId, SecretString, ClientRequestToken, VersionStages } = putInput.parse(input);
    const { name, versions } = find(SecretId);
    versions.put(ClientRequestToken, SecretString, VersionStages);
    return { ARN: arnOf(name), Name: name, VersionId: ClientRequestToken, VersionStages };
  }

  function moveStage(input: unknown) {
    const { SecretId, VersionStage, MoveToVersionId, RemoveFromVersionId } = stageInput.parse(input);
    const { name, versions } = find(SecretId);
    if (MoveToVersionId !== undefined && !versions.get(MoveToVersionId)) throw notFound('version');
    if (versions.labelled(VersionStage) !== RemoveFromVersionId)
      throw new AwsError('InvalidParameterException', 'RemoveFromVersionId is not the version that has the label.');
    versions.move(VersionStage, MoveToVersionId);
    return { ARN: arnOf(name), Name: name };
  }

  function describe(input: unknown) {
    const { name, versions } = find(id.parse(input).SecretId);
    return { ARN: arnOf(name), Name: name, VersionIdsToStages: versions.staged() };
  }

  const operations = {
    GetSecretValue: get,
    PutSecretValue: put,
    UpdateSecretVersionStage: moveStage,
    DescribeSecret: describe,
  };
  const service = await listenAwsJson('secretsmanager', operations, options.port);
  return { ...service, put: (name, text) => put({ SecretId: name, SecretString: text }).VersionId };
}
