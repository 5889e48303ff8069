import { randomUUID } from 'node:crypto';
import { resolve } from 'node:path';
import { routes } from '../../lib/api/routes/routes.ts';
import { isLoopback } from '../../lib/enkash-url.ts';
import { createTable, startAws } from './aws.ts';
import { createDocs } from './docs.ts';
import { type AccountId, rewardAccount, sandboxAccounts } from './enkash-accounts.ts';
import { type EnkashSandbox, sandboxCredentials, startEnkashSandbox } from './enkash-sandbox.ts';
import { gateFolderOf, holdGateFolder, keptTables } from './gate-folder.ts';
import { startGateway } from './gateway.ts';
import { startOAuthIssuer } from './oauth-issuer.ts';
import { openLocalGate } from './open-gate.ts';
import { practiceAccounts, rehearsedAnswer } from './practice.ts';
import type { SecretsManagerOptions } from './secrets-manager.ts';
import { createStageCallers, localPartner } from './stage-callers.ts';
import {
  createEventResources,
  type Forwarding,
  forwardingSecretId,
  forwardingTo,
  startEvents,
} from './stage-events.ts';
import { createHttpFunctions, createSnapshotFunctions } from './stage-functions.ts';
import { startOperator } from './stage-operator.ts';
import { readStageSettings, type StageSettings } from './stage-settings.ts';
import { createSnapshotResources, startSnapshots } from './stage-snapshots.ts';

export type StageOptions = {
  /** Settings of architecture.md section 7; the SDK's endpoints, region and credentials are written into it. */
  readonly env: NodeJS.ProcessEnv;
  /** Where the first caller's events are delivered to: loopback, or a public https URL. @default nowhere */
  readonly forwardTo?: string | undefined;
  /** Tried first where PORT is not set; a port that is taken gives way to a free one. @default any free ones */
  readonly ports?: { readonly gateway: number; readonly issuer: number };
  /** Where the functions' log lines go. */
  readonly write?: (line: string) => void;
};

const partnerSecret = 'enkash/local-partner';
const sameAccount = (one: AccountId) => (other: AccountId) =>
  one.companyId === other.companyId && one.cardAccountId === other.cardAccountId;

/** The accounts that the first caller is shown: those asked for, or the sandbox's main company, or EnKash's example. */
function accountsOf({ ENKASH_ACCOUNTS: asked, ENKASH_API_URL: elsewhere }: StageSettings): readonly AccountId[] {
  const [example] = sandboxAccounts;
  const listed = asked ?? sandboxAccounts.filter(({ companyId }) => companyId === example?.companyId);
  const ids = listed.map(({ companyId, cardAccountId }) => ({ companyId, cardAccountId }));
  return elsewhere && !asked ? ids.slice(0, 1) : ids;
}

async function startSandboxUnlessSet(
  settings: StageSettings,
  accounts: readonly AccountId[],
): Promise<EnkashSandbox | undefined> {
  if (settings.ENKASH_API_URL) return undefined;
  const missing = accounts.filter((id) => !sandboxAccounts.some(sameAccount(id)));
  return startEnkashSandbox({ accounts: [...sandboxAccounts, ...practiceAccounts, ...missing.map(rewardAccount)] });
}

function secretsOf(
  { ENKASH_SECRET_FILE: file }: StageSettings,
  forwarding: Forwarding | undefined,
): SecretsManagerOptions {
  const signing: Record<string, string> = forwarding ? { [forwardingSecretId]: forwarding.secret } : {};
  if (file) return { files: { [partnerSecret]: file }, secrets: signing };
  return { secrets: { ...signing, [partnerSecret]: JSON.stringify(sandboxCredentials) } };
}

/** Starts a server on a port, or on a free one where it is taken. */
async function onPort<T>(port: number, start: (port: number) => Promise<T>): Promise<T> {
  try {
    return await start(port);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EADDRINUSE') return start(0);
    throw error;
  }
}

/**
 * Everything on loopback: EnKash sandbox, AWS stand-ins, OAuth issuer, gateway and the production handlers.
 * @throws StageSettingsError
 */
export async function startStage({
  env,
  forwardTo,
  write = () => {},
  ports = { gateway: 0, issuer: 0 },
}: StageOptions) {
  const settings = readStageSettings(env);
  const forwarding = forwardingTo(forwardTo);
  const before = { ...env };
  const accounts = accountsOf(settings);
  const { clients, names, grants } = createStageCallers(accounts, settings.ENKASH_API_URL !== undefined);
  const folder = gateFolderOf(env, settings);
  const kept = folder === undefined ? undefined : await holdGateFolder(folder);
  const [sandbox, aws, issuer] = await Promise.all([
    startSandboxUnlessSet(settings, accounts),
    startAws(env, secretsOf(settings, forwarding), kept?.dynamoDbFolder),
    onPort(ports.issuer, (port) => startOAuthIssuer(clients, { port })),
  ]);
  const tables = {
    // A fresh sandbox knows no token of an earlier one: in a DynamoDB that outlives it, its gate begins anew too.
    loginGateTable: sandbox ? `local-login-gate-${randomUUID()}` : 'local-login-gate',
    balancesTable: 'local-balances',
  };
  const { loginGateTable, balancesTable } = kept ? await keptTables(tables) : tables;
  const everySeconds = settings.SNAPSHOT_EVERY_SECONDS;
  const { AWS_ENDPOINT_URL_SQS: queueEndpoint = '' } = env;
  const [resources, eventResources] = await Promise.all([
    createSnapshotResources(queueEndpoint, everySeconds, balancesTable),
    createEventResources(forwarding, env),
    createTable({ name: loginGateTable, partitionKey: 'partner' }),
  ]);

  const ownEnv = {
    STAGE: 'local',
    CALLERS: JSON.stringify(names),
    TOKEN_URL: issuer.tokenUrl,
    PARTNER_SECRETS: JSON.stringify({ [localPartner]: partnerSecret }),
    ENKASH_API_URL: settings.ENKASH_API_URL ?? sandbox?.url,
    ENKASH_TOKEN_URL: settings.ENKASH_TOKEN_URL ?? sandbox?.url,
    NOT_FOUND_CODES: '[]',
    UNCOUNTED_LOGIN_REPLIES: '[]',
    // Against another EnKash nobody knows whether it counts them against an address that it does not know.
    CONTROL_REQUESTS: sandbox ? 'on' : 'off',
    LOGIN_GATE_TABLE: loginGateTable,
    ...resources,
    ...eventResources,
  };
  const live = { env: { ...env, ...ownEnv }, grants, write };
  const { ENKASH_GATE: gate, ENKASH_TOKEN_URL: elsewhere = '' } = settings;
  if (sandbox || (gate === 'open' && isLoopback(elsewhere))) await openLocalGate(live.env);
  const handlers = createHttpFunctions(live);
  const practice = sandbox && { rehearse: rehearsedAnswer };
  // Tokens at hand are for made-up accounts alone.
  const beside = createDocs({ tokenUrl: issuer.tokenUrl, callers: sandbox ? clients : [] });
  const serve = (port: number) => startGateway({ routes, handlers, issuer, port, beside, ...practice });
  const gateway = await (settings.PORT === undefined ? onPort(ports.gateway, serve) : serve(settings.PORT));
  const functions = createSnapshotFunctions(live);
  const snapshots = startSnapshots({ queueEndpoint, resources, everySeconds, functions });

  const operator = await startOperator(env, live);
  const events = startEvents(aws.eventBridge, live, eventResources.WEBHOOK_QUEUE_URL);

  return {
    url: gateway.url,
    tokenUrl: issuer.tokenUrl,
    callers: clients,
    accounts,
    settings,
    /** Where events go besides, and the secret that the receiver verifies them with. */
    forwarding,
    /** What the functions were told, and where AWS is: with it the operator's commands find the stage. */
    environment: {
      ...ownEnv,
      // What follows a file goes back to it after a rotation, so rotate has to know.
      ...(aws.secretsManager && settings.ENKASH_SECRET_FILE
        ? { ENKASH_SECRET_FILE: resolve(settings.ENKASH_SECRET_FILE) }
        : {}),
      ...Object.fromEntries(Object.entries(env).filter(([name]) => /^AWS_(ENDPOINT_URL_|REGION$)/.test(name))),
    },
    /** Undefined when EnKash is somewhere else. */
    sandbox,
    aws,
    async close(): Promise<void> {
      // First what callers wait for: an answer needs all the others.
      await gateway.close();
      await operator.close();
      await snapshots.close();
      await events.close();
      await Promise.all([issuer.close(), sandbox?.close()]);
      await aws.close();
      await kept?.release();
      for (const name of Object.keys(env)) if (!(name in before)) delete env[name];
    },
  };
}
export type Stage = Awaited<ReturnType<typeof startStage>>;
