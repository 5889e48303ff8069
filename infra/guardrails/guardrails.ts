import { Annotations, AspectPriority, Aspects, CfnResource, type IAspect, Stack, Token } from 'aws-cdk-lib';
import type { Construct, IConstruct } from 'constructs';
import { openOperation } from '../stage/open-operation.ts';
import { encryptionProblem, retentionProblem } from './data-rules.ts';
import { fragmentSchema, type SynthesisedResource } from './template-resource.ts';
import { wildcardActions } from './wildcards.ts';

const indianRegions = ['ap-south-1', 'ap-south-2'];

/** A complaint about a resource; undefined when there is none. */
type Guardrail = (resource: SynthesisedResource) => string | undefined;

const guardrails: Readonly<Record<string, Guardrail>> = {
  authorisation: missingAuthorisation,
  retention: retentionProblem,
  'wildcard-action': ({ Properties }) => {
    const found = wildcardActions(Properties);
    return found.length === 0 ? undefined : `allows ${found.join(', ')}; name the actions`;
  },
  'aws-managed-policy': ({ Properties }) =>
    JSON.stringify(Properties.ManagedPolicyArns ?? '').includes(':iam::aws:policy/')
      ? 'has a policy that AWS changes at will; name the actions'
      : undefined,
  encryption: encryptionProblem,
  'log-retention': ({ Type, Properties }) =>
    Type === 'AWS::Logs::LogGroup' && Properties.RetentionInDays === undefined ? 'keeps logs for ever' : undefined,
  'implicit-log-group': ({ Type, Properties }) =>
    Type === 'AWS::Lambda::Function' && Properties.LoggingConfig === undefined
      ? 'would make a log group of its own, unencrypted and without end'
      : undefined,
};

/** Fails synth with every mistake that must not deploy; the annotation names the resource and the rule. */
export function addGuardrails(scope: Construct): void {
  Aspects.of(scope).add(new Guardrails(), { priority: AspectPriority.READONLY });
}

class Guardrails implements IAspect {
  visit(node: IConstruct): void {
    if (Stack.isStack(node)) this.#checkRegion(node);
    if (CfnResource.isCfnResource(node)) this.#check(node);
  }

  #checkRegion(stack: Stack): void {
    if (Token.isUnresolved(stack.region) || !indianRegions.includes(stack.region)) {
      complain(stack, 'region', `is not bound to a region in India (${indianRegions.join(', ')})`);
    }
  }

  #check(node: CfnResource): void {
    const fragment = fragmentSchema.parse(Stack.of(node).resolve(node._toCloudFormation()));
    for (const resource of Object.values(fragment.Resources)) {
      for (const [name, guardrail] of Object.entries(guardrails)) {
        const problem = guardrail(resource);
        if (problem !== undefined) complain(node, name, problem);
      }
    }
  }
}

function complain(node: IConstruct, rule: string, problem: string): void {
  Annotations.of(node).addError(`guardrail ${rule}: ${node.node.path} ${problem}`);
}

function missingAuthorisation({ Type, Properties }: SynthesisedResource): string | undefined {
  if (Type !== 'AWS::ApiGateway::Method') return undefined;
  const { AuthorizationType, AuthorizationScopes, OperationName } = Properties;
  if (AuthorizationType === 'NONE' || AuthorizationType === undefined) {
    return OperationName === openOperation ? undefined : 'can be called without a token';
  }
  const scoped = Array.isArray(AuthorizationScopes) && AuthorizationScopes.length > 0;
  return scoped ? undefined : 'takes a token of any scope';
}
