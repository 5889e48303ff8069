import { Annotations, Match } from 'aws-cdk-lib/assertions';
import { acknowledgements } from '../../infra/guardrails/acknowledgements.ts';
import { addGuardrails } from '../../infra/guardrails/guardrails.ts';
import { acknowledge, nagPacks } from '../../infra/guardrails/nag.ts';
import { resourceCount, resourceLimit } from '../../infra/stage/resource-count.ts';
import { parseStage } from '../../infra/stage/settings.ts';
import type { StageSettings } from '../../infra/stage/stage-schema.ts';
import type { ProofRow } from './enkash-proof.ts';
import { pairwiseChanges } from './stage-variants.ts';
import { cdkJson, madeUpHosts, stackOf, templateOfStack } from './synth.ts';

/** What keeps the stage from being synthesised, as the app would find it; nothing is bundled. */
export function synthProblems(settings: StageSettings): readonly string[] {
  const stack = stackOf(settings);
  addGuardrails(stack);
  const nag: string[] = [];
  if (settings.audited) {
    acknowledge(stack, acknowledgements(settings));
    const found = nagPacks().flatMap((pack) => pack.validateScope(stack).violations);
    nag.push(
      ...found.flatMap(({ ruleName, violatingResources }) =>
        violatingResources.map(({ constructPath }) => `${ruleName} at ${constructPath}`),
      ),
    );
  }
  const template = templateOfStack(stack);
  const resources = Object.keys(template.toJSON().Resources).length;
  const counted = resourceCount(settings);
  return [
    ...nag,
    ...Annotations.fromStack(stack)
      .findError('*', Match.anyValue())
      .map(({ entry }) => String(entry.data)),
    ...(resources > resourceLimit ? [`${resources} resources`] : []),
    ...(counted < resources || counted > resources + 12 ? [`resource-count.ts says ${counted} for ${resources}`] : []),
  ];
}

/** The changes on nothing but hosts, and on each stage of cdk.json, which brings its own settings. */
export function variantsOf(changes: Readonly<Record<string, unknown>>): readonly StageSettings[] {
  const { stages } = cdkJson.context;
  const bases = { bare: {}, ...stages };
  return Object.entries(bases).flatMap(([name, base]) => {
    const merged = { ...base, enkash: madeUpHosts, ...changes };
    try {
      return [parseStage({ [name]: merged }, name)];
    } catch (error) {
      // A stage of cdk.json that goes without what an audit wants, or the other way round.
      if (!String(error).includes('where audited is true')) throw error;
      return [parseStage({ [name]: { ...merged, audited: false } }, name)];
    }
  });
}

/** R24: every two optional settings in all their combinations, in every stage. @param rows at most so many of them */
export function proveSettings(rows: number): ProofRow {
  const variants = pairwiseChanges().slice(0, rows).flatMap(variantsOf);
  const failing = variants.flatMap((settings) =>
    synthProblems(settings).map((problem) => `${settings.stage}: ${problem}`),
  );
  for (const line of failing) console.log(line);
  return {
    id: 'R24',
    figure: `stages that settings -- check accepts, ${variants.length} with optional settings pairwise`,
    required: '0 that do not synthesise',
    measured: `${failing.length} problems`,
    ok: failing.length === 0,
  };
}
