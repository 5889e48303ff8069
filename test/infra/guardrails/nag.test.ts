import { CfnFunction } from 'aws-cdk-lib/aws-lambda';
import { CfnLogGroup } from 'aws-cdk-lib/aws-logs';
import { CfnSecret } from 'aws-cdk-lib/aws-secretsmanager';
import { CfnTopic } from 'aws-cdk-lib/aws-sns';
import type { NagPack } from 'cdk-nag';
import { describe, expect, test } from 'vitest';
import { acknowledgements } from '../../../infra/guardrails/acknowledgements.ts';
import { acknowledge, nagPacks } from '../../../infra/guardrails/nag.ts';
import type { CardAccounts } from '../../../infra/stack.ts';
import { settingsOf, stackOf } from '../../rigs/synth.ts';

/** `rule at path`, for every finding that is not acknowledged. */
function findings(stack: CardAccounts, packs: readonly NagPack[] = nagPacks()): string[] {
  const violations = packs.flatMap((pack) => pack.validateScope(stack).violations);
  return violations
    .flatMap(({ ruleName, violatingResources }) =>
      violatingResources.map(
        ({ constructPath }) => `${ruleName} at ${constructPath?.replace(`${stack.node.path}/`, '')}`,
      ),
    )
    .sort();
}

describe.each(['uat', 'live'] as const)('cdk-nag on %s', (stage) => {
  const settings = settingsOf(stage);
  const acknowledged = acknowledgements(settings);

  test('has no unacknowledged finding in any of the four packs', () => {
    const stack = stackOf(settings);
    acknowledge(stack, acknowledged);
    expect(findings(stack)).toEqual([]);
  });

  test('finds exactly what is acknowledged: none is missing, none is left over', () => {
    const ofNag = acknowledged.filter(({ rule }) => !rule.startsWith('CloudFormation-Validate::'));
    expect(findings(stackOf(settings))).toEqual(ofNag.map(({ rule, path }) => `${rule} at ${path}`).sort());
  });

  test('acknowledges resources one by one, each with a reason', () => {
    for (const { reason } of acknowledged) expect(reason.length).toBeGreaterThan(20);
    expect(() => acknowledge(stackOf(settings), [{ path: 'Api', rule: 'X', reason: 'all of it' }])).toThrow(
      /Api is not a resource/,
    );
  });
});

describe('a planted violation', () => {
  test.each<[string, (stack: CardAccounts) => unknown]>([
    ['AwsSolutions-SNS3', (stack) => new CfnTopic(stack, 'Planted')],
    [
      'NIST.800.53.R5-CloudWatchLogGroupEncrypted',
      (stack) => new CfnLogGroup(stack, 'Planted', { retentionInDays: 365 }),
    ],
    ['PCI.DSS.321-SecretsManagerUsingKMSKey', (stack) => new CfnSecret(stack, 'Planted')],
    ['Serverless-LambdaDefaultMemorySize', (stack) => plantFunction(stack)],
  ])('turns %s red', (rule, plant) => {
    const settings = settingsOf('live');
    const stack = stackOf(settings);
    acknowledge(stack, acknowledgements(settings));
    plant(stack);
    expect(findings(stack)).toContain(`${rule} at Planted`);
  });
});

function plantFunction(stack: CardAccounts): CfnFunction {
  return new CfnFunction(stack, 'Planted', { code: { zipFile: '' }, role: 'arn', runtime: 'nodejs24.x', handler: 'x' });
}
