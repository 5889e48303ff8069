import { dataClasses } from './data-classes.ts';
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

/** List prices of ap-south-1, US dollars a month, without tax: an orientation, the bill is AWS's. */
const price = {
  natGateway: 0.056 * hoursPerMonth,
  publicAddress: 0.005 * hoursPerMonth,
  key: 1,
  secret: 0.4,
  appClient: 6,
  webAcl: 5,
  webAclRule: 1,
  alarm: 0.1,
  dashboard: 3,
};

/** @param alarms as the stack makes them */
export function idleCost(settings: StageSettings, alarms: number): readonly CostLine[] {
  const { egress, zones, partners, callers, waf } = settings;
  const gateways = egress === 'fixed' ? zones.length : 0;
  const lines: CostLine[] = [
    { what: 'NAT gateway', count: gateways, each: price.natGateway },
    { what: 'fixed public address', count: gateways, each: price.publicAddress },
    {
      what: 'web application firewall with three rules',
      count: waf ? 1 : 0,
      each: price.webAcl + 3 * price.webAclRule,
    },
    { what: 'Cognito app client', count: Object.keys(callers).length, each: price.appClient },
    { what: 'encryption key', count: dataClasses.length, each: price.key },
    { what: 'secret', count: partners.length + webhookCallers(settings).length, each: price.secret },
    { what: 'alarm', count: alarms, each: price.alarm },
    { what: 'dashboard', count: 1, each: price.dashboard },
  ];
  return lines.filter(({ count }) => count > 0);
}
