import { dataClasses } from './data-classes.ts';
import { price } from './prices.ts';
import type { StageSettings } from './stage-schema.ts';
import { webhookCallers } from './webhook-callers.ts';

/** A thing that costs while nobody calls. */
export interface CostLine {
  readonly what: string;
  readonly count: number;
  /** US dollars a month for one. */
  readonly each: number;
}

const hoursPerMonth = 730;

/** @param alarms as the stack makes them */
export function idleCost(settings: StageSettings, alarms: number): readonly CostLine[] {
  const { egress, zones, partners, callers, waf } = settings;
  const gateways = egress === 'fixed' ? zones.length : 0;
  const lines: CostLine[] = [
    { what: 'NAT gateway', count: gateways, each: price('natGatewayHour') * hoursPerMonth },
    { what: 'fixed public address', count: gateways, each: price('publicAddressHour') * hoursPerMonth },
    {
      what: 'web application firewall with three rules',
      count: waf ? 1 : 0,
      each: price('webAclMonth') + 3 * price('webAclRuleMonth'),
    },
    { what: 'Cognito app client', count: Object.keys(callers).length, each: price('appClientMonth') },
    { what: 'encryption key', count: dataClasses.length, each: price('keyMonth') },
    { what: 'secret', count: partners.length + webhookCallers(settings).length, each: price('secretMonth') },
    { what: 'alarm', count: alarms, each: price('alarmMonth') },
    // GateShut and GateFailures of each partner come every five minutes, whoever calls.
    { what: 'gauge of a login gate', count: 2 * partners.length, each: price('metricMonth') },
    { what: 'dashboard', count: 1, each: price('dashboardMonth') },
  ];
  return lines.filter(({ count }) => count > 0);
}
