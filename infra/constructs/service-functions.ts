import type { Construct } from 'constructs';
import { type AssetFolder, type FunctionName, type FunctionSpec, functionTable } from '../stage/function-table.ts';
import { type RightsResources, statementsOf } from '../stage/rights.ts';
import type { StageSettings } from '../stage/stage-schema.ts';
import { environmentOf, type Variables } from '../stage/variables.ts';
import { ServiceFunction, type ServiceFunctionProps } from './service-function.ts';

export interface ServiceFunctionsProps extends Pick<ServiceFunctionProps, 'logKey' | 'network'> {
  readonly settings: StageSettings;
  readonly assetFolder: AssetFolder;
  readonly variables: Variables;
  readonly resources: RightsResources;
}

/** Every function of the table, each with its own variables and rights. */
export class ServiceFunctions {
  readonly #byName: ReadonlyMap<FunctionName, ServiceFunction>;

  /** @param scope the functions' parent, as each name is its construct id */
  constructor(scope: Construct, { settings, assetFolder, variables, resources, ...shared }: ServiceFunctionsProps) {
    const functionOf = (spec: FunctionSpec): ServiceFunction =>
      new ServiceFunction(scope, spec.name, {
        ...shared,
        network: spec.outsideNetwork ? undefined : shared.network,
        spec,
        assetFolder: assetFolder(spec),
        environment: environmentOf(spec.name, variables),
        statements: statementsOf(spec.rights, resources),
        tracing: settings.tracing,
        reservedConcurrency: settings.reservedConcurrency[spec.name],
      });
    this.#byName = new Map(functionTable.map((spec) => [spec.name, functionOf(spec)]));
  }

  /** @throws Error for a name that function-table.ts misses */
  named(name: FunctionName): ServiceFunction {
    const found = this.#byName.get(name);
    if (found === undefined) throw new Error(`function-table.ts has no ${name}`);
    return found;
  }

  get all(): readonly (readonly [FunctionName, ServiceFunction])[] {
    return [...this.#byName];
  }

  /** Those that the gateway invokes with a caller: the others write no audit lines. */
  get audited(): readonly ServiceFunction[] {
    return functionTable
      .filter(({ trigger, files }) => trigger === 'gateway' && files.includes('grants.json'))
      .map(({ name }) => this.named(name));
  }
}
