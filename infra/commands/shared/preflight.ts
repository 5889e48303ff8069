import * as z from 'zod';
import { unreservedConcurrency } from '../../stage/refusals.ts';
import type { StageSettings } from '../../stage/stage-schema.ts';
import { type AskAws, AwsError } from './aws-cli.ts';
import { type Finding, ok, skipped, wrong } from './finding.ts';

/** What the checks ask of; the account is that of the credentials. */
export type PreflightDeps = { readonly settings: StageSettings; readonly ask: AskAws };
type Deps = PreflightDeps & { readonly account: string; readonly isDeployed: boolean };

/** What AWS would refuse of a deployment, asked beforehand. Changes nothing. */
export async function preflight(deps: PreflightDeps): Promise<readonly Finding[]> {
  const account = await callerAccount(deps.ask);
  const pinned = checkAccount(deps.settings, account);
  const status = await stackStatus(deps);
  const all = { ...deps, account, isDeployed: status !== undefined };
  const checks: readonly (readonly [string, (deps: Deps) => Promise<Finding>])[] = [
    ['region', checkRegion],
    ['bootstrap', checkBootstrap],
    ['concurrent executions', checkConcurrency],
    ['addresses', checkAddresses],
    ["API Gateway's log role", checkLogRole],
    ['domain of the token endpoint', checkDomain],
  ];
  const findings = await Promise.all(checks.map(([name, check]) => unlessRefused(name, () => check(all))));
  return [pinned, checkStack(status, deps.settings), ...findings];
}

/** A right that the operator has not got is no fault of the stage. */
async function unlessRefused(check: string, run: () => Promise<Finding>): Promise<Finding> {
  try {
    return await run();
  } catch (error) {
    if (error instanceof AwsError) return skipped(check, error.message);
    if (error instanceof z.ZodError) return skipped(check, 'the AWS CLI answered in a form that is not known here');
    throw error;
  }
}

async function callerAccount(ask: AskAws): Promise<string> {
  return z.object({ Account: z.string() }).parse(await ask('sts', 'get-caller-identity')).Account;
}

function checkAccount({ account, stage }: StageSettings, actual: string): Finding {
  const check = 'account';
  if (account === undefined) {
    return stage === 'dev'
      ? ok(check, `${actual}, that of your credentials`)
      : wrong(check, 'the stage names none', `Put "account": "${actual}" into the stage, if that is the right one.`);
  }
  return account === actual
    ? ok(check, actual)
    : wrong(check, `the stage belongs to ${account}, your credentials to ${actual}`, 'Sign in to the right account.');
}

/** @returns undefined where the stack is not there */
async function stackStatus({ settings, ask }: PreflightDeps): Promise<string | undefined> {
  const shape = z.object({ Stacks: z.tuple([z.object({ StackStatus: z.string() })]) });
  try {
    const answer = await ask('cloudformation', 'describe-stacks', '--stack-name', `CardAccounts-${settings.stage}`);
    return shape.parse(answer).Stacks[0].StackStatus;
  } catch (error) {
    if (error instanceof AwsError && error.isAbsent) return undefined;
    throw error;
  }
}

function checkStack(status: string | undefined, { stage }: StageSettings): Finding {
  const check = 'stack';
  if (status === undefined) return ok(check, 'not there yet: deploy it the first time with --no-rollback');
  if (/^(CREATE|UPDATE|UPDATE_ROLLBACK|IMPORT)_COMPLETE$/.test(status)) return ok(check, status);
  if (/_IN_PROGRESS$/.test(status)) return wrong(check, status, 'Wait until it is over.');
  return wrong(
    check,
    status,
    `See infra/commands/RUNBOOKS.md, "After a failed first deployment" (CardAccounts-${stage}).`,
  );
}

async function checkRegion({ settings: { region }, ask }: Deps): Promise<Finding> {
  const shape = z.object({ RegionOptStatus: z.string() });
  const status = shape.parse(await ask('account', 'get-region-opt-status', '--region-name', region)).RegionOptStatus;
  return status.startsWith('ENABLED')
    ? ok('region', `${region} is on`)
    : wrong('region', `${region} is ${status}`, `aws account enable-region --region-name ${region} (minutes to hours)`);
}

async function checkBootstrap({ settings: { region }, account, ask }: Deps): Promise<Finding> {
  const check = 'bootstrap';
  try {
    await ask('ssm', 'get-parameter', '--name', '/cdk-bootstrap/hnb659fds/version');
    return ok(check, 'done');
  } catch (error) {
    if (!(error instanceof AwsError && error.isAbsent)) throw error;
    return wrong(check, `not done in ${region}`, `npx cdk bootstrap aws://${account}/${region}`);
  }
}

async function checkConcurrency({ settings, isDeployed, ask }: Deps): Promise<Finding> {
  const check = 'concurrent executions';
  const wanted = Object.values(settings.reservedConcurrency).reduce((sum, each) => sum + each, 0);
  if (wanted === 0) return ok(check, 'the stage keeps none for itself');
  const shape = z.object({
    AccountLimit: z.object({ ConcurrentExecutions: z.number(), UnreservedConcurrentExecutions: z.number() }),
  });
  const { AccountLimit: limit } = shape.parse(await ask('lambda', 'get-account-settings'));
  // Those of a stack that is there are taken already.
  const room = isDeployed ? limit.ConcurrentExecutions : limit.UnreservedConcurrentExecutions;
  const words = `the stage keeps ${wanted}, AWS keeps ${unreservedConcurrency} unreserved, and the account has ${room}`;
  return wanted + unreservedConcurrency <= room
    ? ok(check, words)
    : wrong(
        check,
        words,
        `aws service-quotas request-service-quota-increase --service-code lambda --quota-code L-B99A9384 --desired-value ${wanted + unreservedConcurrency} (hours to days). Until then "reservedConcurrency": {}.`,
      );
}

async function checkAddresses({ settings, isDeployed, ask }: Deps): Promise<Finding> {
  const check = 'addresses';
  if (settings.egress === 'open') return ok(check, 'the stage wants none');
  if (isDeployed) return ok(check, 'the stack has its own already');
  const held = z.object({ Addresses: z.array(z.unknown()) }).parse(await ask('ec2', 'describe-addresses'));
  const quota = z
    .object({ Quota: z.object({ Value: z.number() }) })
    .parse(await ask('service-quotas', 'get-service-quota', '--service-code', 'ec2', '--quota-code', 'L-0263D0A3'));
  const free = quota.Quota.Value - held.Addresses.length;
  const words = `the stage wants ${settings.zones.length}, and ${free} of ${quota.Quota.Value} are free`;
  return settings.zones.length <= free
    ? ok(check, words)
    : wrong(
        check,
        words,
        'Release those that belong to nothing (aws ec2 describe-addresses), or have L-0263D0A3 raised.',
      );
}

async function checkLogRole({ ask }: Deps): Promise<Finding> {
  const check = "API Gateway's log role";
  const answer = z.object({ cloudwatchRoleArn: z.string().optional() }).parse(await ask('apigateway', 'get-account'));
  if (answer.cloudwatchRoleArn !== undefined) return ok(check, answer.cloudwatchRoleArn);
  const trust = JSON.stringify({
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Principal: { Service: 'apigateway.amazonaws.com' }, Action: 'sts:AssumeRole' }],
  });
  const policy = 'arn:aws:iam::aws:policy/service-role/AmazonAPIGatewayPushToCloudWatchLogs';
  const commands = [
    `aws iam create-role --role-name api-gateway-logs --assume-role-policy-document '${trust}'`,
    `aws iam attach-role-policy --role-name api-gateway-logs --policy-arn ${policy}`,
    'aws apigateway update-account --patch-operations op=replace,path=/cloudwatchRoleArn,value=$(aws iam get-role --role-name api-gateway-logs --query Role.Arn --output text)',
  ];
  return wrong(check, 'is not set in this account and region', `once:\n          ${commands.join('\n          ')}`);
}

async function checkDomain({ settings: { stage }, account, isDeployed, ask }: Deps): Promise<Finding> {
  const check = 'domain of the token endpoint';
  if (isDeployed) return ok(check, 'the stack has it already');
  const domain = `card-accounts-${stage}-${account}`;
  const shape = z.object({ DomainDescription: z.object({ UserPoolId: z.string().optional() }) });
  const answer = shape.parse(await ask('cognito-idp', 'describe-user-pool-domain', '--domain', domain));
  const owner = answer.DomainDescription.UserPoolId;
  return owner === undefined
    ? ok(check, `${domain} is free`)
    : wrong(
        check,
        `${domain} belongs to the user pool ${owner}, which a failed deployment may have left`,
        `aws cognito-idp delete-user-pool-domain --domain ${domain} --user-pool-id ${owner}`,
      );
}
