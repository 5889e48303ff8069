import { CfnResource, type Stack, Validations } from 'aws-cdk-lib';
import { AwsSolutionsChecks, type NagPack, NIST80053R5Checks, PCIDSS321Checks, ServerlessChecks } from 'cdk-nag';
import type { IConstruct } from 'constructs';
import type { Acknowledgement } from './acknowledgements.ts';

/** cdk-nag's packs that an audited stage passes; a finding without an acknowledgement fails synth. */
export function nagPacks(): readonly NagPack[] {
  return [new AwsSolutionsChecks(), new ServerlessChecks(), new NIST80053R5Checks(), new PCIDSS321Checks()];
}

/** @throws Error when an acknowledgement is about anything but one resource that is there */
export function acknowledge(stack: Stack, acknowledgements: readonly Acknowledgement[]): void {
  for (const { path, rule, reason } of acknowledgements) {
    Validations.of(resourceAt(stack, path)).acknowledge({ id: rule, reason });
  }
}

function resourceAt(stack: Stack, path: string): CfnResource {
  const found = path.split('/').reduce<IConstruct | undefined>((node, id) => node?.node.tryFindChild(id), stack);
  if (CfnResource.isCfnResource(found)) return found;
  throw new Error(`acknowledgements.ts: ${path} is not a resource of ${stack.stackName}`);
}
