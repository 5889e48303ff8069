import * as z from 'zod/mini';
import { type InspectDeps, inspect } from '../lib/operate/actions.ts';
import type { InspectAnswer } from '../lib/operate/answers.ts';
import { jobHandler } from '../lib/snapshots/job-handler.ts';

/** Looks at gates, secrets and coverage, for an operator or for the schedule. */
export function createHandler(deps: InspectDeps): (event: unknown, context: unknown) => Promise<InspectAnswer> {
  return jobHandler({ name: 'inspect', schema: z.unknown(), log: deps.log }, (event) => inspect(deps, event));
}
