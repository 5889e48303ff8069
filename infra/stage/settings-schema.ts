import * as z from 'zod';
import { stageSchema } from './stage-schema.ts';

/** The JSON schema of cdk.json as far as it is ours; CDK's own keys are let through. */
export function settingsSchema(): unknown {
  const stages = z.toJSONSchema(z.record(z.string(), stageSchema), { io: 'input', unrepresentable: 'any' });
  const { $schema, ...record } = stages;
  return {
    $schema,
    $comment: 'Written by "npm run settings -- schema"; a test holds it to infra/stage/stage-schema.ts.',
    type: 'object',
    properties: { context: { type: 'object', properties: { stages: record } } },
  };
}
