import { ArnFormat, Fn, Stack } from 'aws-cdk-lib';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { CfnLoggingConfiguration, CfnWebACL, CfnWebACLAssociation } from 'aws-cdk-lib/aws-wafv2';
import { Construct } from 'constructs';
import { problemOf } from '../../lib/api/gateway-responses.ts';
import { ServiceLogGroup } from './log-group.ts';

/** They would break the contract: 413 and cursors are ours to judge, and a partner's client need not name itself. */
const countOnly = ['SizeRestrictions_BODY', 'SizeRestrictions_QUERYSTRING', 'NoUserAgent_HEADER'];

const rateWindowSeconds = 300;

export interface FirewallProps {
  readonly stageArn: string;
  readonly logKey: IKey;
  /** Requests of one address in five minutes. */
  readonly rate: number;
}

/** The web application firewall in front of the API. What it blocks is answered by the gateway's `WAF_FILTERED` (403). */
export class Firewall extends Construct {
  readonly acl: CfnWebACL;

  constructor(scope: Construct, id: string, { stageArn, logKey, rate }: FirewallProps) {
    super(scope, id);
    this.acl = new CfnWebACL(this, 'Acl', {
      scope: 'REGIONAL',
      defaultAction: { allow: {} },
      visibilityConfig: visible('Edge'),
      customResponseBodies: {
        // WAF can neither say problem+json nor fill in a request id; the header x-amzn-requestid has it.
        RateLimited: {
          contentType: 'APPLICATION_JSON',
          content: JSON.stringify(problemOf('THROTTLED', 'see x-amzn-requestid')),
        },
      },
      rules: [rateRule(rate), managedRules('Common', 1, countOnly), managedRules('KnownBadInputs', 2)],
    });
    new CfnWebACLAssociation(this, 'Association', { resourceArn: stageArn, webAclArn: this.acl.attrArn });
    // WAF takes only groups whose name starts so; the stack's own id, because a retained group keeps its name.
    this.#log(`aws-waf-logs-card-accounts-${Fn.select(2, Fn.split('/', Stack.of(this).stackId))}`, logKey);
  }

  #log(name: string, key: IKey): void {
    const group = new ServiceLogGroup(this, 'Log', { key, name });
    // Not `logGroup.logGroupArn`: that ends in `:*`, which WAF refuses.
    const destination = Stack.of(this).formatArn({
      service: 'logs',
      resource: 'log-group',
      resourceName: name,
      arnFormat: ArnFormat.COLON_RESOURCE_NAME,
    });
    new CfnLoggingConfiguration(this, 'Logging', {
      resourceArn: this.acl.attrArn,
      logDestinationConfigs: [destination],
      redactedFields: [
        { singleHeader: { Name: 'authorization' } },
        { singleHeader: { Name: 'cookie' } },
        { queryString: {} },
      ],
    }).node.addDependency(group);
  }
}

function rateRule(limit: number): CfnWebACL.RuleProperty {
  const headers = [{ name: 'Retry-After', value: String(rateWindowSeconds) }];
  return {
    name: 'Rate',
    priority: 0,
    visibilityConfig: visible('Rate'),
    statement: {
      rateBasedStatement: { limit, aggregateKeyType: 'IP', evaluationWindowSec: rateWindowSeconds },
    },
    action: {
      block: { customResponse: { responseCode: 429, customResponseBodyKey: 'RateLimited', responseHeaders: headers } },
    },
  };
}

/** One of AWS's own sets of rules. @param counted its rules that count instead of blocking */
function managedRules(name: string, priority: number, counted: readonly string[] = []): CfnWebACL.RuleProperty {
  return {
    name,
    priority,
    visibilityConfig: visible(name),
    overrideAction: { none: {} },
    statement: {
      managedRuleGroupStatement: {
        vendorName: 'AWS',
        name: `AWSManagedRules${name}RuleSet`,
        ruleActionOverrides: counted.map((name) => ({ name, actionToUse: { count: {} } })),
      },
    },
  };
}

/** Metrics yes, samples no: a sample holds whole requests, the bearer token among their headers. */
function visible(metricName: string): CfnWebACL.VisibilityConfigProperty {
  return { metricName, cloudWatchMetricsEnabled: true, sampledRequestsEnabled: false };
}
