import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { localStageFile } from '../../infra/commands/shared/stages.ts';
import type { Stage } from './stage.ts';

/** Name=value lines as util.parseEnv reads them. */
function linesOf({ url, tokenUrl, callers: [caller], accounts: [account], environment }: Stage): string {
  const values = {
    ...environment,
    API_URL: url,
    OAUTH_TOKEN_URL: tokenUrl,
    CLIENT_ID: caller.clientId,
    CLIENT_SECRET: caller.clientSecret,
    COMPANY_ID: account?.companyId,
    CARD_ACCOUNT_ID: account?.cardAccountId,
  };
  return Object.entries(values)
    .map(([name, value = '']) => `${name}='${value}'\n`)
    .join('');
}

/**
 * Lets the operator's commands find a stage that runs: `--stage local` reads this file. For its owner's eyes alone.
 * @returns removes it, unless another stage has taken its place
 */
export function writeOperatorFile(stage: Stage, file = localStageFile): () => void {
  const text = linesOf(stage);
  mkdirSync(dirname(file), { recursive: true });
  rmSync(file, { force: true });
  writeFileSync(file, text, { mode: 0o600 });
  return () => {
    if (existsSync(file) && readFileSync(file, 'utf8') === text) rmSync(file);
  };
}
