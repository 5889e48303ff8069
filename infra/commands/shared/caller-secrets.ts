import * as z from 'zod';
import { OperatorError } from './arguments.ts';
import type { AskAws } from './aws-cli.ts';

/** A caller's OAuth client in Cognito, which takes two secrets at a time. */
export type CallerClient = { readonly poolId: string; readonly clientId: string };

const listed = z.object({
  ClientSecrets: z.array(
    z.object({ ClientSecretId: z.string(), ClientSecretCreateDate: z.union([z.string(), z.number()]) }),
  ),
});
const added = z.object({ ClientSecretDescriptor: z.object({ ClientSecretValue: z.string() }) });

const named = ({ poolId, clientId }: CallerClient) => ['--user-pool-id', poolId, '--client-id', clientId];

/** Makes a second secret. @returns what to print, the secret among it. @throws OperatorError where two are there */
export async function addSecret(client: CallerClient, ask: AskAws): Promise<readonly string[]> {
  if ((await secretsOf(client, ask)).length > 1) {
    throw new OperatorError('The caller has two secrets already. Nothing changed: "retire" the older one first.');
  }
  const answer = await ask('cognito-idp', 'add-user-pool-client-secret', ...named(client));
  const { ClientSecretValue } = added.parse(answer).ClientSecretDescriptor;
  return [
    `clientId      ${client.clientId}`,
    `clientSecret  ${ClientSecretValue}`,
    'Shown this once. The older secret is valid as well, until you "retire" it.',
  ];
}

/** Deletes the older of two secrets. @throws OperatorError where there is one alone */
export async function retireSecret(client: CallerClient, ask: AskAws): Promise<readonly string[]> {
  const secrets = (await secretsOf(client, ask)).toSorted((one, other) => one.at - other.at);
  const [older] = secrets;
  if (older === undefined || secrets.length < 2) {
    throw new OperatorError('The caller has one secret alone. Nothing changed: "rotate" first, or nobody could call.');
  }
  await ask('cognito-idp', 'delete-user-pool-client-secret', ...named(client), '--client-secret-id', older.id);
  return ['The older secret is gone. Tokens that were fetched with it end within the hour.'];
}

async function secretsOf(client: CallerClient, ask: AskAws): Promise<readonly { id: string; at: number }[]> {
  const answer = await ask('cognito-idp', 'list-user-pool-client-secrets', ...named(client));
  return listed.parse(answer).ClientSecrets.map(({ ClientSecretId: id, ClientSecretCreateDate: date }) => ({
    id,
    at: new Date(typeof date === 'number' ? date * 1000 : date).getTime(),
  }));
}
