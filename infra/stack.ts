import { CfnOutput, Stack, type StackProps } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { apiAlarms, functionAlarms, partnerAlarms } from './alarm-table.ts';
import { Alarms } from './alarms.ts';
import { Api } from './api.ts';
import type { AssetFolder } from './assets.ts';
import { Auth, callersVariable } from './auth.ts';
import { Story } from './dashboard.ts';
import { MutualTlsDomain } from './domain.ts';
import { Edge } from './edge.ts';
import { ServiceFunction } from './function.ts';
import { type FunctionSpec, functionTable, type Variable } from './functions.ts';
import { DataKey, logService } from './keys.ts';
import { LoginGateTable } from './login-gate-table.ts';
import { Network } from './network.ts';
import { PartnerSecrets } from './partner-secrets.ts';
import { statementsOf } from './rights.ts';
import type { StageSettings } from './settings.ts';

export interface CardAccountsProps extends StackProps {
  readonly settings: StageSettings;
  readonly assetFolder: AssetFolder;
}

/** The whole service of one stage; each capability is a construct of its own. */
export class CardAccounts extends Stack {
  readonly #zones: readonly string[];

  constructor(scope: Construct, id: string, { settings, assetFolder, ...props }: CardAccountsProps) {
    super(scope, id, props);
    this.#zones = settings.zones;
    const { stage, callers, partners, enkash, throttle } = settings;

    const logKey = new DataKey(this, 'LogKey', { description: 'Logs', services: [logService()] }).key;
    const network =
      settings.egress === 'fixed' ? new Network(this, 'Network', { zones: settings.zones, logKey }) : undefined;
    const auth = new Auth(this, 'Auth', { stage, callers });
    const secrets = new PartnerSecrets(this, 'PartnerSecrets', { partners });
    const gate = new LoginGateTable(this, 'LoginGate');

    const variables: Record<Variable, string> = {
      STAGE: stage,
      CALLERS: callersVariable(auth.clientIds),
      PARTNER_SECRETS: `{${[...secrets.arns].map(([partner, arn]) => `"${partner}":"${arn}"`).join(',')}}`,
      ENKASH_API_URL: enkash.apiUrl,
      ENKASH_TOKEN_URL: enkash.tokenUrl,
      NOT_FOUND_CODES: JSON.stringify(settings.notFoundCodes),
      LOGIN_GATE_TABLE: gate.table.tableName,
    };
    const resources = {
      partnerSecretArns: [...secrets.arns.values()],
      partnerSecretKey: secrets.dataKey.key,
      loginGateTableArn: gate.table.tableArn,
      loginGateKey: gate.dataKey.key,
    };
    const functionOf = (spec: FunctionSpec): ServiceFunction =>
      new ServiceFunction(this, spec.name, {
        spec,
        assetFolder: assetFolder(spec),
        environment: Object.fromEntries(spec.variables.map((name) => [name, variables[name]])),
        statements: spec.rights.flatMap((right) => statementsOf(right, resources)),
        logKey,
        network,
        tracing: settings.tracing,
        reservedConcurrency: settings.reservedConcurrency[spec.name],
      });
    const functions = new Map(functionTable.map((spec) => [spec.name, functionOf(spec)]));

    const api = new Api(this, 'Api', {
      stage,
      userPool: auth.userPool,
      functions: new Map([...functions].map(([name, { lambda }]) => [name, lambda])),
      logKey,
      throttle,
      tracing: settings.tracing,
      // Behind a client certificate, the way round it is shut.
      defaultEndpoint: settings.customDomain === undefined,
    });
    const domain = settings.customDomain;
    const named = domain && new MutualTlsDomain(this, 'Domain', { domain, api: api.rest });
    if (settings.waf) {
      const { stageArn } = api.rest.deploymentStage;
      new Edge(this, 'Edge', { stageArn, logKey, rate: settings.wafRate });
    }

    new Alarms(this, 'Alarms', {
      emails: settings.alarmEmails,
      alarms: [
        ...partners.flatMap((partner) => partnerAlarms(stage, partner)),
        ...apiAlarms(api.rest),
        ...[...functions].flatMap(([name, { lambda }]) => functionAlarms(name, lambda)),
      ],
    });
    new Story(this, 'Story', {
      stage,
      api: api.rest,
      auditLogs: [...functions.values()].map(({ logGroup }) => logGroup),
    });

    this.#output('ApiUrl', named?.url ?? api.url);
    if (named !== undefined) this.#output('DomainTarget', named.target);
    this.#output('TokenUrl', auth.tokenUrl);
    this.#output('UserPoolId', auth.userPool.userPoolId);
    for (const [caller, clientId] of auth.clientIds) this.#output(`ClientId-${caller}`, clientId);
    for (const [partner, arn] of secrets.arns) this.#output(`SecretArn-${partner}`, arn);
    for (const [index, address] of (network?.addresses ?? []).entries())
      this.#output(`EgressAddress${index + 1}`, address);
  }

  /** From the settings: CDK would look the account's zones up at synth. */
  override get availabilityZones(): string[] {
    return [...this.#zones];
  }

  #output(name: string, value: string): void {
    new CfnOutput(this, name, { value });
  }
}
