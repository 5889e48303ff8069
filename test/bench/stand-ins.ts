import { readFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { CreateTableCommand, DeleteItemCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { APIGatewayProxyEvent } from 'aws-lambda';
import dynalite from 'dynalite';
import { routes } from '../../lib/api/routes/routes.ts';
import { loginIdOf } from '../../lib/login-gate/content.ts';
import { open } from '../../lib/login-gate/operator.ts';
import { createLoginGateStore } from '../../lib/login-gate/store.ts';
import { sandboxCredentials, startEnkashSandbox } from '../local/enkash-sandbox.ts';
import { startGateway } from '../local/gateway.ts';
import { startOAuthIssuer } from '../local/oauth-issuer.ts';
import { startSecretsManager } from '../local/secrets-manager.ts';
import { fetchToken } from '../local/stage-client.ts';

const partner = 'acme';
const gateTable = 'bench-login-gate';
const balancesTable = 'bench-balances';
const secretId = 'bench/acme';
const account = { companyId: 'CEKTEST001', cardAccountId: 'CATEST001' };
const client = { clientId: 'benchclient', clientSecret: 'local-bench', scopes: ['card-accounts/read'] };

const pemFile = join(import.meta.dirname, '../fixtures/self-signed.pem');
const pem = readFileSync(pemFile, 'utf8');

export const grants = { bench: { grants: [{ partner, companyId: account.companyId }] } };

type CallCounts = { readonly secretsManager: number; readonly dynamoDb: number; readonly enkash: number };
export type StandIns = {
  /** What get-card-account reads, and the SDK's endpoints. */
  readonly variables: Readonly<Record<string, string>>;
  /** API Gateway's event for the example's account. */
  readonly event: string;
  calls(): CallCounts;
  /** The fleet forgets its token: the next start logs in again. */
  forgetToken(): Promise<void>;
  close(): Promise<void>;
};

/**
 * EnKash, Secrets Manager and DynamoDB on loopback, with everything that get-card-account needs of them.
 * @param tls EnKash speaks TLS, as it does in truth
 */
export async function startStandIns({ tls = false }: { readonly tls?: boolean } = {}): Promise<StandIns> {
  const [sandbox, secretsManager, dynamo] = await Promise.all([
    startEnkashSandbox(tls ? { tls: { key: pem, cert: pem } } : {}),
    startSecretsManager({ secrets: { [secretId]: JSON.stringify(sandboxCredentials) } }),
    startCountedDynamoDb(),
  ]);
  const variables = {
    STAGE: 'bench',
    CALLERS: JSON.stringify({ [client.clientId]: 'bench' }),
    PARTNER_SECRETS: JSON.stringify({ [partner]: secretId }),
    ENKASH_API_URL: sandbox.url,
    ENKASH_TOKEN_URL: sandbox.url,
    NOT_FOUND_CODES: '[]',
    UNCOUNTED_LOGIN_REPLIES: '[]',
    CONTROL_REQUESTS: 'on',
    LOGIN_GATE_TABLE: gateTable,
    BALANCES_TABLE: balancesTable,
    AWS_ENDPOINT_URL_SECRETS_MANAGER: secretsManager.url,
    AWS_ENDPOINT_URL_DYNAMODB: dynamo.url,
    ...(tls ? { NODE_EXTRA_CA_CERTS: pemFile } : {}),
  };
  const loginId = loginIdOf(sandbox.url, sandboxCredentials);
  const openGate = () => open(createLoginGateStore(dynamo.client, gateTable), { loginId, neverTried: true });
  await openGate();
  return {
    variables,
    event: await captureEvent(),
    calls: () => ({
      secretsManager: secretsManager.stats().GetSecretValue ?? 0,
      dynamoDb: dynamo.requests(),
      enkash: sandbox.stats().apiCalls,
    }),
    async forgetToken() {
      for (const key of [`login#${loginId}`, `token#${loginId}`]) {
        await dynamo.client.send(new DeleteItemCommand({ TableName: gateTable, Key: { partner: { S: key } } }));
      }
      await openGate();
    },
    async close() {
      await Promise.all([sandbox.close(), secretsManager.close(), dynamo.close()]);
    },
  };
}

async function startCountedDynamoDb() {
  const server = dynalite({ createTableMs: 0 });
  let requests = 0;
  server.on('request', () => {
    requests += 1;
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const credentials = { accessKeyId: 'bench', secretAccessKey: 'bench' };
  const dynamo = new DynamoDBClient({ endpoint: url, region: 'ap-south-1', credentials });
  for (const [TableName, keys] of [
    [gateTable, ['partner']],
    [balancesTable, ['pk', 'sk']],
  ] as const) {
    await dynamo.send(
      new CreateTableCommand({
        TableName,
        BillingMode: 'PAY_PER_REQUEST',
        AttributeDefinitions: keys.map((key) => ({ AttributeName: key, AttributeType: 'S' })),
        KeySchema: keys.map((key, at) => ({ AttributeName: key, KeyType: at === 0 ? 'HASH' : 'RANGE' })),
      }),
    );
  }
  const close = (): Promise<void> => {
    dynamo.destroy();
    server.closeAllConnections();
    return new Promise((resolve) => void server.close(() => resolve()));
  };
  return { url, client: dynamo, requests: () => requests, close };
}

/** The local gateway makes the event, token and all, as it does for the local stage. */
async function captureEvent(): Promise<string> {
  const issuer = await startOAuthIssuer([client]);
  let captured: APIGatewayProxyEvent | undefined;
  const capture = (event: unknown) => {
    captured = event as APIGatewayProxyEvent;
    return { statusCode: 200, body: '' };
  };
  const gateway = await startGateway({ routes, issuer, handlers: { 'get-card-account': capture } });
  const token = await fetchToken(issuer.tokenUrl, client);
  const path = `/v1/companies/${account.companyId}/card-accounts/${account.cardAccountId}`;
  await fetch(gateway.url + path, { headers: { authorization: `Bearer ${token}` } });
  await Promise.all([gateway.close(), issuer.close()]);
  return JSON.stringify(captured);
}
