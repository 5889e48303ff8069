import { describe, expect, test } from 'vitest';
import { functionTable } from '../../../infra/stage/function-table.ts';
import { resourcesOf, settingsOf, templateOf } from '../../rigs/synth.ts';

const live = templateOf(settingsOf('live'));
const [[, acl] = []] = resourcesOf(live, 'AWS::WAFv2::WebACL');

describe('the firewall', () => {
  test('is in front of the stage outside dev, and absent in dev', () => {
    expect(resourcesOf(live, 'AWS::WAFv2::WebACLAssociation')).toHaveLength(1);
    expect(resourcesOf(templateOf(settingsOf('dev')), 'AWS::WAFv2::WebACL')).toEqual([]);
  });

  test('only counts the common rules that would break the contract', () => {
    const group = acl?.Properties.Rules[1].Statement.ManagedRuleGroupStatement;
    expect(group).toEqual({
      VendorName: 'AWS',
      Name: 'AWSManagedRulesCommonRuleSet',
      RuleActionOverrides: [
        { Name: 'SizeRestrictions_BODY', ActionToUse: { Count: {} } },
        { Name: 'SizeRestrictions_QUERYSTRING', ActionToUse: { Count: {} } },
        { Name: 'NoUserAgent_HEADER', ActionToUse: { Count: {} } },
      ],
    });
  });

  test('blocks inputs that are known to be bad, whole', () => {
    expect(acl?.Properties.Rules[2]).toMatchObject({
      OverrideAction: { None: {} },
      Statement: {
        ManagedRuleGroupStatement: { Name: 'AWSManagedRulesKnownBadInputsRuleSet', RuleActionOverrides: [] },
      },
    });
  });

  test('answers a flood of one address with 429 RATE_LIMITED and Retry-After', () => {
    const [rate] = acl?.Properties.Rules ?? [];
    expect(rate.Statement.RateBasedStatement).toMatchObject({ Limit: 3000, AggregateKeyType: 'IP' });
    expect(rate.Action.Block.CustomResponse).toMatchObject({
      ResponseCode: 429,
      ResponseHeaders: [{ Name: 'Retry-After', Value: '300' }],
    });
    const body = JSON.parse(acl?.Properties.CustomResponseBodies.RateLimited.Content);
    expect(body).toMatchObject({ status: 429, code: 'RATE_LIMITED', retryable: true });
  });

  test('logs without authorization, cookie and query, and keeps no samples', () => {
    const [[, logging] = []] = resourcesOf(live, 'AWS::WAFv2::LoggingConfiguration');
    expect(logging?.Properties.RedactedFields).toEqual([
      { SingleHeader: { Name: 'authorization' } },
      { SingleHeader: { Name: 'cookie' } },
      { QueryString: {} },
    ]);
    expect(JSON.stringify(acl)).not.toContain('"SampledRequestsEnabled":true');
  });
});

describe('capacity', () => {
  test('keeps concurrency for functions where the settings say so, never in dev', () => {
    const kept = (stage: 'dev' | 'live'): unknown[] =>
      resourcesOf(templateOf(settingsOf(stage)), 'AWS::Lambda::Function').map(
        ([, { Properties }]) => Properties.ReservedConcurrentExecutions ?? null,
      );
    // Those of a queue are held by its mapping's maximum concurrency: throttled messages would end as dead letters.
    const ofQueues = functionTable.filter(({ trigger }) => trigger === 'queue');
    expect(kept('live').filter((each) => each === null)).toHaveLength(ofQueues.length);
    expect(new Set(kept('dev'))).toEqual(new Set([null]));
  });
});
