import { alarmCount } from './alarm-ids.ts';
import { capacityOf } from './capacity.ts';
import { functionTable } from './function-table.ts';
import { type CostLine, idleCost } from './idle-cost.ts';
import { remarksOf } from './remarks.ts';
import { resourceCount, resourceLimit } from './resource-count.ts';
import { runningCost } from './running-cost.ts';
import type { StageSettings } from './stage-schema.ts';
import { webhookCallers } from './webhook-callers.ts';

/** What a stage creates, what it costs while nobody calls, and what a person still has to do: lines of plain text. */
export function describeStage(settings: StageSettings): readonly string[] {
  const cost = idleCost(settings, alarmCount(settings));
  const remarks = remarksOf(settings);
  return [
    'Creates',
    ...creates(settings).map(bullet),
    'Who may read what',
    ...grantLines(settings).map(bullet),
    'Who is told what',
    ...audience(settings).map(bullet),
    'How much it can take',
    ...capacity(settings).map(bullet),
    `Costs about $${totalOf(cost).toFixed(2)} a month while nobody calls`,
    ...cost.map(({ what, count, each }) => bullet(`$${(count * each).toFixed(2)}: ${count} x ${what}`)),
    'Costs in use',
    ...runningCost(settings).map(({ what, each }) => bullet(`$${each.toFixed(2)}: ${what}`)),
    ...(remarks.length === 0 ? [] : ['Legal, but', ...remarks.map(bullet)]),
    'Still to do by hand',
    ...byHand(settings).map(bullet),
    '',
  ];
}

/** The same for scripts, but for what the settings say themselves. Money in US dollars. */
export function stageFigures(settings: StageSettings): object {
  const idle = idleCost(settings, alarmCount(settings));
  return {
    warnings: remarksOf(settings),
    byHand: byHand(settings),
    resources: { count: resourceCount(settings), limit: resourceLimit },
    capacity: capacityOf(settings),
    cost: { idlePerMonth: totalOf(idle), idle, inUse: runningCost(settings).map(({ what, each }) => ({ what, each })) },
  };
}

const totalOf = (cost: readonly CostLine[]): number => cost.reduce((sum, { count, each }) => sum + count * each, 0);

function creates(settings: StageSettings): readonly string[] {
  const { region, egress, zones, enkash, partners, callers, waf, customDomain } = settings;
  const names = Object.keys(callers);
  return [
    `an API in ${region}, at most ${settings.throttle.rate} requests a second, ${waf ? 'behind a firewall' : 'without a firewall'}`,
    customDomain
      ? `the name ${customDomain.name} with client certificates; the default endpoint is off`
      : 'the default endpoint',
    `${functionTable.length} functions, talking to EnKash at ${enkash.apiUrl} (token: ${enkash.tokenUrl})`,
    egress === 'fixed'
      ? `a network with ${zones.length} fixed addresses (${zones.join(', ')}) that EnKash can allow-list`
      : 'no network: requests leave from changing addresses, which EnKash cannot allow-list',
    `${countOf(partners.length, 'partner secret')}: ${partners.join(', ')}`,
    `${countOf(names.length, 'caller')}: ${names.map((name) => `${name} (${callers[name]?.scopes.join(', ')})`).join('; ')}`,
    `about ${resourceCount(settings)} resources, of ${resourceLimit} at most`,
    settings.audited
      ? 'only what cdk-nag accepts or acknowledgements.ts explains'
      : 'resources that cdk-nag does not look at',
  ];
}

function grantLines({ callers }: StageSettings): readonly string[] {
  return Object.entries(callers).flatMap(([name, { grants }]) =>
    grants.map(({ partner, companyId, cardAccountIds }) =>
      cardAccountIds === undefined
        ? `${name}: every card account of ${companyId}, through ${partner}`
        : `${name}: ${countOf(cardAccountIds.length, 'card account')} of ${companyId} (${cardAccountIds.join(', ')}), through ${partner}`,
    ),
  );
}

function audience({ balanceEmails, callers }: StageSettings): readonly string[] {
  const mails = balanceEmails.map(
    ({ email, companies, events }) =>
      `mail to ${email}: ${events.join(', ')} of ${companies?.join(', ') ?? 'every company'}`,
  );
  const hooks = Object.entries(callers).flatMap(([name, { webhook }]) =>
    webhook === undefined
      ? []
      : [
          `webhook of ${name}, to ${new URL(webhook.url).host}: ${webhook.events?.join(', ') ?? 'every event'} of what it may read`,
        ],
  );
  return mails.length + hooks.length === 0
    ? ['nobody: an event is on the bus and in GET /v1/events alone']
    : [...mails, ...hooks];
}

function capacity(settings: StageSettings): readonly string[] {
  const {
    requestsPerSecond,
    burst,
    everyMinutes,
    windowSeconds,
    watchedPerCaller,
    partners,
    reservedExecutions,
    quotaNeeded,
  } = capacityOf(settings);
  return [
    `${requestsPerSecond} requests a second, ${burst} in a burst`,
    `a snapshot every ${everyMinutes} minutes, within ${windowSeconds} s; at most ${watchedPerCaller} watched accounts for each caller`,
    ...partners.map(({ partner, perSecond, accountsInSlot, accountsNamed }) => {
      const named =
        accountsNamed === 0
          ? 'its grants name whole companies'
          : `its grants name ${countOf(accountsNamed, 'account')}`;
      return perSecond === null
        ? `${partner}: no limit of calls a second; ${named}`
        : `${partner}: ${accountsInSlot} accounts a slot at ${perSecond} calls a second; ${named}`;
    }),
    reservedExecutions === 0
      ? 'no executions of Lambda kept: the functions share what the account has'
      : `${reservedExecutions} executions of Lambda kept: the account's quota must be ${quotaNeeded} or more (a new account has 10)`,
  ];
}

function byHand(settings: StageSettings): readonly string[] {
  const { stage, partners, egress, alarmEmails, balanceEmails, audited, customDomain, reservedConcurrency } = settings;
  return [
    ...(Object.keys(reservedConcurrency).length === 0
      ? []
      : ['once per account and region: have the quota of concurrent executions raised (Service Quotas, L-B99A9384)']),
    'once per account and region: the role by which API Gateway writes logs (infra/README.md)',
    ...partners.map((partner) => `fill the secret of ${partner}: output SecretArn${partner.replaceAll('-', '')}`),
    ...partners.map(
      (partner) =>
        `open the login gate of ${partner}, which is closed until then: npm run gate -- open --stage ${stage} --partner ${partner}`,
    ),
    "attach the stack's policies: output OperatorPolicy to people, InspectPolicy to CI",
    ...(egress === 'fixed'
      ? ['hand the EgressAddress outputs to EnKash before the first call, for sandbox and live']
      : []),
    ...(alarmEmails.length + balanceEmails.length === 0 ? [] : ['confirm the subscription e-mails']),
    ...webhookCallers(settings).map(
      (caller) => `hand ${caller} the secret of its webhook: output WebhookSecretArn${caller.replaceAll('-', '')}`,
    ),
    ...(customDomain ? ['point the DNS name at the output DomainTarget'] : []),
    ...(audited ? ['CloudTrail data events for the tables, the secrets and operate (infra/README.md)'] : []),
  ];
}

function countOf(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? '' : 's'}`;
}

function bullet(text: string): string {
  return `  - ${text}`;
}
