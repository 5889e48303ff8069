import { gatewayResponses } from '../../lib/api/gateway-responses.ts';
import { routes } from '../../lib/api/routes/routes.ts';
import { alarmCount } from './alarm-ids.ts';
import { dataClasses } from './data-classes.ts';
import { functionTable } from './function-table.ts';
import type { StageSettings } from './stage-schema.ts';
import { webhookCallers } from './webhook-callers.ts';

/** CloudFormation takes 500 resources; the distance is for a release that adds some. */
export const resourceLimit = 480;

/** Of one stage, whatever its settings: API, user pool, tables, queues, topics, bus, webhooks, schedules, the operator's policies, dashboard, queries. */
const fixed = 65;
/** Function, role, log group. */
const perFunction = 3;
/** Method, permission. */
const perRoute = 2;
/** Address, gateway, two subnets, each with a route table, an association and a route. */
const perZone = 10;
/** VPC, internet gateway, its attachment, endpoint, flow log with role and log group, security group. */
const network = 8;
/** Access control list, association, logging, log group. */
const firewall = 4;
/** Domain name, mapping. */
const domain = 2;

/** As many resources as the stage's template has, or up to a dozen more; a test holds it to the templates. */
export function resourceCount(settings: StageSettings): number {
  const { partners, callers, zones, egress, waf, customDomain, alarmEmails, balanceEmails } = settings;
  const paths = new Set(routes.flatMap(({ path }) => prefixes(path)));
  return (
    fixed +
    perFunction * functionTable.length +
    perRoute * routes.length +
    paths.size +
    gatewayResponses.length +
    dataClasses.length +
    alarmCount(settings) +
    partners.length +
    webhookCallers(settings).length +
    Object.keys(callers).length +
    (egress === 'fixed' ? network + perZone * zones.length : 0) +
    (waf ? firewall : 0) +
    (customDomain ? domain : 0) +
    alarmEmails.length +
    balanceEmails.length
  );
}

/** `/a/b` -> `/a`, `/a/b`: API Gateway has a resource for each. */
function prefixes(path: string): readonly string[] {
  const parts = path.split('/').slice(1);
  return parts.map((_, index) => parts.slice(0, index + 1).join('/'));
}
