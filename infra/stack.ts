import { CfnOutput, Stack, type StackProps } from 'aws-cdk-lib';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { Construct } from 'constructs';
import { apiAlarms, functionAlarms, partnerAlarms, silenceAlarms, snapshotAlarms } from './constructs/alarm-table.ts';
import { Alarms } from './constructs/alarms.ts';
import { Api } from './constructs/api.ts';
import { Auth, callersVariable } from './constructs/auth.ts';
import { Dashboard } from './constructs/dashboard.ts';
import { DataKey, logService } from './constructs/data-key.ts';
import { MutualTlsDomain } from './constructs/domain.ts';
import { Firewall } from './constructs/firewall.ts';
import { LoginGateTable } from './constructs/login-gate-table.ts';
import { Network } from './constructs/network.ts';
import { PartnerSecrets } from './constructs/partner-secrets.ts';
import { ServiceFunctions } from './constructs/service-functions.ts';
import { Snapshots } from './constructs/snapshots.ts';
import type { AssetFolder } from './stage/function-table.ts';
import type { RightsResources } from './stage/rights.ts';
import type { StageSettings } from './stage/stage-schema.ts';
import { type Variables, variablesOf } from './stage/variables.ts';

/** W3005: CDK's Function depends on its role twice. W3010: zones are settings, as acknowledgements.ts says. */
const lintChecksIgnored = ['W3005', 'W3010'];

export interface CardAccountsProps extends StackProps {
  readonly settings: StageSettings;
  readonly assetFolder: AssetFolder;
}

/** What keeps data, and who may come in: the functions are wired to these. */
interface Foundations {
  readonly logKey: IKey;
  readonly network: Network | undefined;
  readonly auth: Auth;
  readonly secrets: PartnerSecrets;
  readonly gate: LoginGateTable;
  readonly snapshots: Snapshots;
}

interface FrontDoor {
  readonly api: Api;
  readonly domain: MutualTlsDomain | undefined;
}

/** The whole service of one stage; each capability is a construct of its own. */
export class CardAccounts extends Stack {
  readonly #zones: readonly string[];

  constructor(scope: Construct, id: string, { settings, assetFolder, ...props }: CardAccountsProps) {
    super(scope, id, props);
    this.#zones = settings.zones;
    this.templateOptions.metadata = { 'cfn-lint': { config: { ignore_checks: lintChecksIgnored } } };

    const foundations = this.#foundations(settings);
    const { logKey, network, snapshots } = foundations;
    const functions = new ServiceFunctions(this, {
      settings,
      assetFolder,
      variables: variablesFrom(settings, foundations),
      resources: resourcesFrom(foundations),
      logKey,
      network,
    });
    snapshots.start({
      planner: functions.named('plan-snapshots').lambda,
      worker: functions.named('take-snapshot').lambda,
      reconciler: functions.named('reconcile-snapshots').lambda,
    });
    const door = this.#frontDoor(settings, foundations, functions);
    this.#watchers(settings, snapshots, functions, door);
    this.#outputs(foundations, door);
  }

  /** From the settings: CDK would look the account's zones up at synth. */
  override get availabilityZones(): string[] {
    return [...this.#zones];
  }

  #foundations(settings: StageSettings): Foundations {
    const { stage, callers, partners, zones, egress } = settings;
    const logKey = new DataKey(this, 'LogKey', { description: 'Logs', services: [logService()] }).key;
    return {
      logKey,
      network: egress === 'fixed' ? new Network(this, 'Network', { zones, logKey }) : undefined,
      auth: new Auth(this, 'Auth', { stage, callers }),
      secrets: new PartnerSecrets(this, 'PartnerSecrets', { partners }),
      gate: new LoginGateTable(this, 'LoginGate'),
      snapshots: new Snapshots(this, 'Snapshots', { settings }),
    };
  }

  #frontDoor(settings: StageSettings, { auth, logKey }: Foundations, functions: ServiceFunctions): FrontDoor {
    const { stage, throttle, tracing, customDomain, waf, wafRate } = settings;
    const api = new Api(this, 'Api', {
      stage,
      userPool: auth.userPool,
      functions: new Map(functions.all.map(([name, { lambda }]) => [name, lambda])),
      logKey,
      throttle,
      tracing,
      // Callers with a client certificate come by the custom domain alone.
      defaultEndpoint: customDomain === undefined,
    });
    const domain = customDomain && new MutualTlsDomain(this, 'Domain', { domain: customDomain, api: api.rest });
    // The construct ids "Edge" and "Story" are those of deployed resources.
    if (waf) new Firewall(this, 'Edge', { stageArn: api.rest.deploymentStage.stageArn, logKey, rate: wafRate });
    return { api, domain };
  }

  #watchers(settings: StageSettings, snapshots: Snapshots, functions: ServiceFunctions, { api }: FrontDoor): void {
    const { stage, partners, everyMinutes, alarmEmails } = settings;
    new Alarms(this, 'Alarms', {
      emails: alarmEmails,
      failures: snapshots.failures,
      alarms: [
        ...partners.flatMap((partner) => partnerAlarms(stage, partner)),
        ...apiAlarms(api.rest),
        ...snapshotAlarms(stage, snapshots, settings),
        ...silenceAlarms(functions.named('plan-snapshots').lambda, everyMinutes),
        ...functions.all.flatMap(([name, { lambda }]) => functionAlarms(name, lambda)),
      ],
    });
    new Dashboard(this, 'Story', {
      stage,
      api: api.rest,
      auditLogs: functions.audited.map(({ logGroup }) => logGroup),
      queues: [
        snapshots.queue.queue.metricApproximateAgeOfOldestMessage(),
        snapshots.queue.deadLetters.metricApproximateNumberOfMessagesVisible(),
        snapshots.failures.metricApproximateNumberOfMessagesVisible(),
      ],
    });
  }

  #outputs({ auth, secrets, gate, snapshots, network }: Foundations, { api, domain }: FrontDoor): void {
    this.#output('ApiUrl', domain?.url ?? api.url);
    if (domain !== undefined) this.#output('DomainTarget', domain.target);
    this.#output('TokenUrl', auth.tokenUrl);
    this.#output('UserPoolId', auth.userPool.userPoolId);
    for (const [caller, clientId] of auth.clientIds) this.#output(`ClientId-${caller}`, clientId);
    for (const [partner, arn] of secrets.arns) this.#output(`SecretArn-${partner}`, arn);
    this.#output('BalancesTable', snapshots.balances.table.tableName);
    this.#output('LoginGateTable', gate.table.tableName);
    this.#output('EventBus', snapshots.events.busName);
    this.#output('BalanceTopic', snapshots.events.topic.topicArn);
    for (const [index, address] of (network?.addresses ?? []).entries())
      this.#output(`EgressAddress${index + 1}`, address);
  }

  #output(name: string, value: string): void {
    new CfnOutput(this, name, { value });
  }
}

function variablesFrom(settings: StageSettings, { auth, secrets, gate, snapshots }: Foundations): Variables {
  return variablesOf(settings, {
    callers: callersVariable(auth.clientIds),
    partnerSecrets: secrets.arns,
    loginGateTable: gate.table.tableName,
    balancesTable: snapshots.balances.table.tableName,
    snapshotQueueUrl: snapshots.queue.queue.queueUrl,
    eventBusName: snapshots.events.busName,
  });
}

function resourcesFrom({ secrets, gate, snapshots }: Foundations): RightsResources {
  return {
    partnerSecretArns: [...secrets.arns.values()],
    partnerSecretKey: secrets.dataKey.key,
    loginGateTableArn: gate.table.tableArn,
    loginGateKey: gate.dataKey.key,
    balancesTableArn: snapshots.balances.table.tableArn,
    balancesKey: snapshots.balances.dataKey.key,
    snapshotQueueArn: snapshots.queue.queue.queueArn,
    failedInvocationsArn: snapshots.failures.queueArn,
    messageKey: snapshots.messageKey.key,
    eventBusArn: snapshots.events.bus.eventBusArn,
  };
}
