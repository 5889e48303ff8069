import { alarmCount } from './alarm-ids.ts';
import { functionTable } from './function-table.ts';
import { idleCost } from './idle-cost.ts';
import type { StageSettings } from './settings.ts';

/** What a stage creates, what it costs while nobody calls, and what a person still has to do: lines of plain text. */
export function describeStage(settings: StageSettings): readonly string[] {
  const cost = idleCost(settings, alarmCount(settings));
  const total = cost.reduce((sum, { count, each }) => sum + count * each, 0);
  return [
    'Creates',
    ...creates(settings).map(bullet),
    `Costs about $${total.toFixed(2)} a month while nobody calls`,
    ...cost.map(({ what, count, each }) => bullet(`$${(count * each).toFixed(2)}: ${count} x ${what}`)),
    'Still to do by hand',
    ...byHand(settings).map(bullet),
    '',
  ];
}

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
    `${partners.length} partner secrets: ${partners.join(', ')}`,
    `${names.length} callers: ${names.map((name) => `${name} (${callers[name]?.scopes.join(', ')})`).join('; ')}`,
    settings.audited
      ? 'only what cdk-nag accepts or acknowledgements.ts explains'
      : 'resources that cdk-nag does not look at',
  ];
}

function byHand({ partners, egress, alarmEmails, audited, customDomain }: StageSettings): readonly string[] {
  return [
    'once per account and region: the role by which API Gateway writes logs (README, "Deploy")',
    ...partners.map((partner) => `fill the secret of ${partner}: output SecretArn${partner.replaceAll('-', '')}`),
    ...(egress === 'fixed'
      ? ['hand the EgressAddress outputs to EnKash before the first call, for sandbox and live']
      : []),
    ...(alarmEmails.length === 0
      ? ['name alarmEmails: alarms reach nobody yet']
      : ['confirm the subscription e-mails of the alarms']),
    ...(customDomain ? ['point the DNS name at the output DomainTarget'] : []),
    ...(audited ? ['CloudTrail data events for the tables and secrets (README, "Deploy")'] : []),
  ];
}

function bullet(text: string): string {
  return `  - ${text}`;
}
