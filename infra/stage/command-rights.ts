/** Whose policy lets a person or a pipeline run a command: an output of the stack, or the rights of whoever deploys. */
export type CommandPolicy = 'InspectPolicy' | 'OperatorPolicy' | 'CallerPolicy' | 'of the deployer' | 'none';

export interface CommandRights {
  readonly policy: CommandPolicy;
  /** Actions of the function `inspect`. */
  readonly inspect?: readonly string[];
  /** Actions of the function `operate`. */
  readonly operate?: readonly string[];
  /** Actions of the function `deliver-webhooks`. */
  readonly deliver?: readonly string[];
  /** IAM actions with the operator's own credentials. */
  readonly aws?: readonly string[];
}

/** Every command asks for the stack's outputs, and most act through its functions. */
const findStack = 'cloudformation:DescribeStacks';
const throughFunctions = [findStack, 'lambda:InvokeFunction'];

/** What each command does in a deployed stage, and by which policy it may; a test holds policies and code to it. */
export const commandRights: Readonly<Record<string, CommandRights>> = {
  doctor: { policy: 'InspectPolicy', inspect: ['check-secret', 'coverage', 'status'], aws: throughFunctions },
  gate: {
    policy: 'OperatorPolicy',
    inspect: ['status'],
    operate: ['allow-one', 'close', 'open'],
    aws: throughFunctions,
  },
  rotate: {
    policy: 'OperatorPolicy',
    inspect: ['status'],
    operate: ['promote', 'try-pending'],
    aws: [...throughFunctions, 'secretsmanager:PutSecretValue', 'kms:Decrypt', 'kms:GenerateDataKey'],
  },
  enkash: { policy: 'OperatorPolicy', operate: ['probe'], aws: throughFunctions },
  erase: { policy: 'OperatorPolicy', operate: ['erase'], aws: throughFunctions },
  webhooks: { policy: 'OperatorPolicy', deliver: ['send-test'], aws: throughFunctions },
  callers: {
    policy: 'CallerPolicy',
    aws: [
      findStack,
      'cognito-idp:AddUserPoolClientSecret',
      'cognito-idp:DeleteUserPoolClientSecret',
      'cognito-idp:ListUserPoolClientSecrets',
    ],
  },
  smoke: { policy: 'InspectPolicy', aws: [findStack] },
  preflight: {
    policy: 'of the deployer',
    aws: [
      findStack,
      'account:GetRegionOptStatus',
      'apigateway:GET',
      'cognito-idp:DescribeUserPoolDomain',
      'ec2:DescribeAddresses',
      'lambda:GetAccountSettings',
      'servicequotas:GetServiceQuota',
      'ssm:GetParameter',
      'sts:GetCallerIdentity',
    ],
  },
  settings: { policy: 'none' },
  cost: { policy: 'none' },
  openapi: { policy: 'none' },
  docs: { policy: 'none' },
};

/** The table of RUNBOOKS.md, line by line. */
export function rightsTable(): readonly string[] {
  const rows = Object.entries(commandRights)
    .filter(([, { policy }]) => policy !== 'none')
    .map(([name, { policy, inspect, operate, deliver, aws }]) => {
      const asks = [...asked('inspect', inspect), ...asked('operate', operate), ...asked('deliver-webhooks', deliver)];
      return [`\`npm run ${name}\``, asks.join('; '), (aws ?? []).map((action) => `\`${action}\``).join(', '), policy];
    });
  const heading = ['command', 'asks of the functions', 'its IAM actions', 'policy'];
  return [heading, heading.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`);
}

function asked(name: string, actions: readonly string[] = []): readonly string[] {
  return actions.length === 0 ? [] : [`${name}: ${actions.join(', ')}`];
}
