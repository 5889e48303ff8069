/**
 * `npm run bench:runtime`: what `cdk synth` writes, run as Lambda runs it. Each HTTP function's asset goes under Lambda's
 * own Node runtime client with the template's variables (EnKash's hosts and the SDK's endpoints at stand-ins); a gateway
 * on loopback sends it API Gateway events. Exit code 1 when an answer is not the expected one.
 */
import { routes } from '../../lib/api/routes/routes.ts';
import { claimOf, scopeNames } from '../../lib/scopes.ts';
import { createTable, startAws } from '../local/aws.ts';
import { sandboxCredentials, startEnkashSandbox } from '../local/enkash-sandbox.ts';
import { startGateway } from '../local/gateway.ts';
import type { LambdaHandler } from '../local/lambda.ts';
import { startOAuthIssuer } from '../local/oauth-issuer.ts';
import { openLocalGate } from '../local/open-gate.ts';
import { fetchToken } from '../local/stage-client.ts';
import { readOptions } from '../rigs/arguments.ts';
import { type Environment, startEnvironment } from './environment.ts';
import { type DeployedFunction, synthesise } from './template.ts';

readOptions(
  `npm run bench:runtime
  Runs the synthesised functions under Lambda's own runtime client. Once before: npm run bench:install`,
  { options: {} },
);
const { functions, tables } = synthesise('uat');
const idsIn = (variable: string, part: 'keys' | 'values'): readonly string[] => [
  ...new Set(functions.flatMap(({ variables }) => Object[part](JSON.parse(variables[variable] ?? '{}')))),
];

const secret = JSON.stringify(sandboxCredentials);
const secrets = Object.fromEntries(idsIn('PARTNER_SECRETS', 'values').map((id) => [id, secret]));
const [clientId = ''] = idsIn('CALLERS', 'keys');
const client = { clientId, clientSecret: 'local-runtime-client', scopes: scopeNames.map(claimOf) };

const [sandbox, aws, issuer] = await Promise.all([
  startEnkashSandbox(),
  startAws(process.env, { secrets }),
  startOAuthIssuer([client]),
]);
for (const [name, [partitionKey = '', sortKey]] of Object.entries(tables)) {
  await createTable({ name, partitionKey, ...(sortKey === undefined ? {} : { sortKey }) });
}
const endpoints = Object.fromEntries(
  Object.entries(process.env).filter(([name]) => name.startsWith('AWS_ENDPOINT_URL')),
);

const enkash = { ENKASH_API_URL: sandbox.url, ENKASH_TOKEN_URL: sandbox.url };
const dropIn = functions.find(({ name }) => name === 'get-card-account-drop-in');
for (const partner of idsIn('PARTNER_SECRETS', 'keys')) {
  await openLocalGate({ ...process.env, ...dropIn?.variables, ...enkash }, partner);
}

const started: Environment[] = [];
/** The function of a template as a handler: its environment starts with the first event. */
function handlerOf({ folder, memoryMb, variables }: DeployedFunction): LambdaHandler {
  let environment: Promise<Environment> | undefined;
  async function start(): Promise<Environment> {
    const hosts = 'ENKASH_API_URL' in variables ? enkash : {};
    const running = await startEnvironment({ folder, memoryMb, variables: { ...variables, ...hosts, ...endpoints } });
    started.push(running);
    return running;
  }
  return async (event) => {
    environment ??= start();
    const { failed, body } = await (await environment).invoke(JSON.stringify(event));
    if (failed) throw new Error(body);
    return JSON.parse(body);
  };
}
const handlers = Object.fromEntries(functions.map((deployed) => [deployed.name, handlerOf(deployed)]));
const gateway = await startGateway({ routes, issuer, handlers });

const account = { companyId: 'CEKTEST001', cardAccountId: 'CATEST001' };
const path = `/v1/companies/${account.companyId}/card-accounts`;
const hourAgo = new Date(Date.now() - 3_600_000).toISOString();
const calls = [
  { method: 'GET', path: `${path}/${account.cardAccountId}`, status: 200 },
  { method: 'GET', path: `${path}/${account.cardAccountId}?view=full`, status: 200 },
  { method: 'GET', path: `${path}/CANOTTHERE`, status: 404 },
  { method: 'POST', path: '/api/v0/partner/enKashCard/cardAccount/get', body: account, status: 200 },
  { method: 'PUT', path: `${path}/${account.cardAccountId}/watch`, body: {}, status: 201 },
  { method: 'GET', path, status: 200 },
  {
    method: 'GET',
    path: `${path}/${account.cardAccountId}/balances?from=${hourAgo}&to=${new Date().toISOString()}`,
    status: 200,
  },
  { method: 'DELETE', path: `${path}/${account.cardAccountId}/watch`, status: 204 },
  { method: 'GET', path: '/openapi.json', status: 200 },
];
const authorization = `Bearer ${await fetchToken(issuer.tokenUrl, client)}`;
for (const { method, path: target, body, status } of calls) {
  const content = body === undefined ? {} : { body: JSON.stringify(body) };
  const headers = { authorization, 'content-type': 'application/json' };
  const response = await fetch(gateway.url + target, { method, headers, ...content });
  const text = await response.text();
  const verdict = response.status === status ? 'ok' : `NOT ${status}`;
  if (response.status !== status) process.exitCode = 1;
  console.log(`${verdict}: ${method} ${target} -> ${response.status} ${text.slice(0, 600)}`);
}
console.log(`${started.length} functions under Lambda's runtime client, Node ${process.version}`);

await gateway.close();
await Promise.all(started.map((environment) => environment.stop()));
await Promise.all([sandbox.close(), issuer.close(), aws.close()]);
