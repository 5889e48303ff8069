import { join } from 'node:path';
import * as z from 'zod';
import type { AccountKey } from '../../../lib/account-key.ts';
import { OperatorError, stageName } from './arguments.ts';
import { deployedApi, deployedStage } from './deployed-stage.ts';
import { localStage } from './local-stage.ts';
import type { PublicFacts, StageFacts } from './stage-facts.ts';

/** Written by `npm start` while it runs. */
export const localStageFile = join(import.meta.dirname, '..', '..', '..', '.build', 'stage-local.env');

/** The options by which every command names its stage. */
export const stageOptions = { stage: stageName, outputs: z.string().optional(), 'stage-file': z.string().optional() };
type StageOptions = z.output<z.ZodObject<typeof stageOptions>>;
export const stageUsage = `  --outputs FILE       the stack's outputs, where the AWS CLI is not at hand
  --stage-file FILE    of a local stage (default .build/stage-local.env)`;

/** @throws OperatorError when the stage is not in cdk.json, not deployed, or not running */
export async function findStage(asked: StageOptions): Promise<StageFacts> {
  return asked.stage === 'local' ? localOf(asked) : deployedStage(asked.stage, asked.outputs);
}

/** The stage as a caller sees it. @throws OperatorError when it is not in cdk.json, not deployed, or not running */
export async function findApi(asked: StageOptions): Promise<PublicFacts> {
  return asked.stage === 'local' ? localOf(asked) : deployedApi(asked.stage, asked.outputs);
}

function localOf({ 'stage-file': file }: StageOptions): StageFacts {
  const named = `--stage local${file === undefined ? '' : ` --stage-file ${file}`}`;
  return localStage(file ?? localStageFile, named);
}

/** The partner asked for, or the only one. @throws OperatorError */
export function choosePartner({ secretIds }: StageFacts, asked: string | undefined): string {
  const partners = Object.keys(secretIds);
  const chosen = asked ?? (partners.length === 1 ? partners[0] : undefined);
  if (chosen !== undefined && partners.includes(chosen)) return chosen;
  throw new OperatorError(`--partner: one of ${partners.join(', ')}`);
}

/** The account asked for, or the first one that the settings name for the partner. @throws OperatorError */
export function chooseAccount(
  { accounts }: StageFacts,
  partner: string,
  companyId: string | undefined,
  cardAccountId: string | undefined,
): AccountKey {
  const named = accounts.find((account) => account.partner === partner && companyId === undefined);
  if (companyId !== undefined && cardAccountId !== undefined) return { companyId, cardAccountId };
  if (named !== undefined && cardAccountId === undefined) return named;
  throw new OperatorError(
    '--company, --card-account: both are needed, since no grant in cdk.json names a card account',
  );
}
