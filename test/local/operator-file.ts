import { existsSync, linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { parseEnv } from 'node:util';
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
    STAGE_PROCESS: process.pid,
  };
  return Object.entries(values)
    .map(([name, value = '']) => `${name}='${value}'\n`)
    .join('');
}

export type OperatorFile = {
  readonly file: string;
  /** Removes it, unless another stage has taken its place. */
  readonly remove: () => void;
};

/**
 * Lets the operator's commands find a stage that runs: `--stage local` reads this file. For its owner's eyes alone.
 * @param asked @default the usual file, or one named after the port while another stage that lives has that
 */
export function writeOperatorFile(stage: Stage, asked?: string, usual = localStageFile): OperatorFile {
  const text = linesOf(stage);
  const ofPort = usual.replace(/\.env$/, `-${new URL(stage.url).port}.env`);
  let file = asked ?? usual;
  mkdirSync(dirname(file), { recursive: true });
  if (asked !== undefined || !isOfAnother(file)) rmSync(file, { force: true });
  if (!createWhole(file, text)) {
    file = ofPort;
    rmSync(file, { force: true });
    createWhole(file, text);
  }
  return {
    file,
    remove: () => {
      if (existsSync(file) && readFileSync(file, 'utf8') === text) rmSync(file);
    },
  };
}

/** Nobody ever reads half of it, and of two stages that start together one gets it. @returns false when it is there */
function createWhole(file: string, text: string): boolean {
  const whole = `${file}.${process.pid}`;
  writeFileSync(whole, text, { mode: 0o600 });
  try {
    linkSync(whole, file);
    return true;
  } catch {
    return false;
  } finally {
    rmSync(whole);
  }
}

/** Whether a stage of another process that still runs has written the file. */
function isOfAnother(file: string): boolean {
  if (!existsSync(file)) return false;
  const pid = Number(parseEnv(readFileSync(file, 'utf8')).STAGE_PROCESS);
  if (!Number.isInteger(pid) || pid <= 0 || pid === process.pid) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
