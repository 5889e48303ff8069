import { parseArgs } from 'node:util';
import { didYouMean } from '../../infra/stage/near.ts';
import { type DrillName, drillNames } from './drills.ts';

export const usage = `npm start [-- options]
  --once           ends after the first answer and, a second each, two snapshots
  --drill NAME     plays an outage with its alarm and its runbook, and ends when it is mended: ${drillNames.join(', ')}
  --forward-to URL delivers events to a receiver as signed webhooks, on this machine by http as well
  --json           for scripts: the first line of output is {"url","tokenUrl","callers","accounts"}, after npm's own
                   lines unless npm start --silent; log lines as with --verbose; calls nobody unless with --once
  --verbose        the functions' own log lines, in JSON, in place of the story
  --stage-file FILE
                   where the operator's commands find this stage (default .build/stage-local.env, or, while another
                   stage has that, .build/stage-local-<port>.env); --env-file is the same
Without --once, --json and PORT it serves at port 8787, the token at 8788, with the same callers' secrets at every start.
Settings: PORT, SNAPSHOT_EVERY_SECONDS, ENKASH_API_URL, ENKASH_TOKEN_URL, ENKASH_ACCOUNTS, ENKASH_SECRET_FILE, ENKASH_GATE, AWS_ENDPOINT_URL_… (README.md)
Exit codes: 0 it did what was asked, 1 it could not, 2 wrong usage`;

const options = {
  once: { type: 'boolean', default: false },
  json: { type: 'boolean', default: false },
  verbose: { type: 'boolean', default: false },
  help: { type: 'boolean', short: 'h', default: false },
  drill: { type: 'string' },
  'stage-file': { type: 'string' },
  'env-file': { type: 'string' },
  'forward-to': { type: 'string' },
} as const;

export type StartOptions = {
  readonly once: boolean;
  readonly json: boolean;
  readonly verbose: boolean;
  readonly help: boolean;
  readonly drill: DrillName | undefined;
  readonly stageFile: string | undefined;
  readonly forwardTo: string | undefined;
};

/** The options, or in a sentence what is wrong with them. */
export function readStartOptions(args: readonly string[]): StartOptions | { readonly wrong: string } {
  const { values, tokens } = parseArgs({ args: [...args], options, strict: false, tokens: true });
  for (const token of tokens) {
    if (token.kind === 'positional') return { wrong: `"${token.value}" is not expected. npm start -- --help` };
    if (token.kind !== 'option' || token.name in options) continue;
    const near =
      didYouMean(
        token.rawName,
        Object.keys(options).map((name) => `--${name}`),
      ) ?? 'npm start -- --help';
    return { wrong: `There is no option ${token.rawName}. ${near}` };
  }
  const { drill: asked, 'env-file': envFile, 'stage-file': stageFile = envFile, 'forward-to': forwardTo } = values;
  const drill = drillNames.find((name) => name === asked);
  if (asked !== undefined && drill === undefined) return { wrong: `--drill: one of ${drillNames.join(', ')}` };
  if (stageFile !== undefined && typeof stageFile !== 'string') return { wrong: '--stage-file: wants a file' };
  if (forwardTo !== undefined && typeof forwardTo !== 'string') return { wrong: '--forward-to: wants a URL' };
  const { once, json, verbose, help } = values;
  return {
    once: once === true,
    json: json === true,
    verbose: verbose === true,
    help: help === true,
    drill,
    stageFile,
    forwardTo,
  };
}
