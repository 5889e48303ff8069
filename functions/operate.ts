import * as z from 'zod/mini';
import { type OperateDeps, operate } from '../lib/operate/actions.ts';
import type { OperateAnswer } from '../lib/operate/answers.ts';
import { jobHandler, type Remaining } from '../lib/snapshots/job-handler.ts';

/** Acts for the operator, whom IAM knows: opens and closes gates, rotates, probes, erases. */
export function createHandler(deps: OperateDeps): (event: unknown, context: Remaining) => Promise<OperateAnswer> {
  return jobHandler({ name: 'operate', schema: z.unknown(), log: deps.log }, (event, context: Remaining) =>
    operate(deps, event, deps.now() + context.getRemainingTimeInMillis()),
  );
}
