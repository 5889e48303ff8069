import { once } from 'node:events';
import { parseArgs } from 'node:util';
import { writeOperatorFile } from './operator-file.ts';
import { watchAndWait } from './snapshot-demo.ts';
import { type Stage, startStage } from './stage.ts';
import { readAccount, type StageAnswer } from './stage-client.ts';
import { StageSettingsError } from './stage-settings.ts';

const usage = `npm start [-- --once] [-- --json] [-- --forward-to URL]
  --once  end after the first answer and, a second each, two snapshots
  --forward-to URL  delivers events to a receiver as signed webhooks, on this machine by http as well
  --json  the first line of output is {"url","tokenUrl","callers","accounts"}; calls nobody unless with --once
Settings: PORT, SNAPSHOT_EVERY_SECONDS, ENKASH_API_URL, ENKASH_TOKEN_URL, ENKASH_ACCOUNTS, ENKASH_SECRET_FILE, ENKASH_GATE, AWS_ENDPOINT_URL_…`;

const print = (text: string) => process.stdout.write(`${text}\n`);
const complain = (text: string) => process.stderr.write(`${text}\n`);
/** What a function would log, its metrics left out. */
const showLog = (line: string) => void (line.startsWith('{"_aws"') || complain(line));

const describe = ({ url, tokenUrl, callers, accounts }: Stage) => JSON.stringify({ url, tokenUrl, callers, accounts });

/** A line to paste: it fetches a token with the first caller's secret, then the account. */
function curlLine({ tokenUrl, callers: [caller] }: Stage, accountUrl: string): string {
  const form = '-d grant_type=client_credentials';
  const token = `curl -s -u ${caller.clientId}:${caller.clientSecret} ${form} ${tokenUrl} | grep -o 'ey[^"]*'`;
  return `curl -s -H "Authorization: Bearer $(${token})" ${accountUrl}`;
}

function show(stage: Stage, answer: StageAnswer): void {
  print(`GET ${answer.url}\n${answer.status}\n${JSON.stringify(answer.body, null, 2)}\n`);
  print(`${curlLine(stage, answer.url)}\n`);
}

async function showSnapshots(stage: Stage, { body }: StageAnswer): Promise<void> {
  const shown = await watchAndWait(stage, body);
  if (!shown) return void complain('The account could not be watched');
  print(`Its snapshots, one each second:\n${JSON.stringify(shown.history, null, 2)}\n`);
  if (shown.event) print(`On the bus:\n${JSON.stringify(shown.event, null, 2)}\n`);
}

function serving({ url, sandbox, forwarding }: Stage, env: NodeJS.ProcessEnv): string {
  const endpoints = Object.entries(env).filter(([name]) => name.startsWith('AWS_ENDPOINT_URL_'));
  return [
    `Serving ${url} until Ctrl-C.`,
    ...(sandbox
      ? [`EnKash sandbox ${sandbox.url}: GET /__stats, POST /__faults /__password /__unlock /__balance`]
      : []),
    ...(forwarding ? [`Webhooks to ${forwarding.url}, signed with ${forwarding.secret}`] : []),
    ...endpoints.map(([name, value]) => `${name}=${value}`),
  ].join('\n');
}

function whyNot(error: unknown): string {
  if (error instanceof StageSettingsError) return error.message;
  if (error instanceof Error && 'code' in error && error.code === 'EADDRINUSE')
    return 'PORT: is taken by another process';
  throw error;
}

/** Runs the local stage until it is told to stop, or with `--once` until it has one answer. Sets the exit code. */
async function main(args: readonly string[], env: NodeJS.ProcessEnv): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      once: { type: 'boolean' },
      json: { type: 'boolean' },
      'forward-to': { type: 'string' },
      help: { type: 'boolean' },
    },
  });
  if (values.help) return void print(usage);
  const stopped = Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM')]);
  if (values.once) Object.assign(env, { SNAPSHOT_EVERY_SECONDS: '1' });
  const stage = await startStage({ env, forwardTo: values['forward-to'], write: showLog }).catch((error: unknown) => {
    complain(whyNot(error));
    // What had been started by then would keep the process alive.
    process.exit(1);
  });
  if (values.json) print(describe(stage));
  if (!values.json || values.once) {
    const answer = await readAccount(stage);
    show(stage, answer);
    if (answer.status !== 200) complain(`The account was not read: ${answer.status} ${answer.code ?? ''}`);
    else if (values.once) await showSnapshots(stage, answer);
    if (values.once) process.exitCode = answer.status === 200 ? 0 : 1;
  }
  if (!values.once) {
    if (!values.json) print(serving(stage, env));
    const removeOperatorFile = writeOperatorFile(stage);
    await stopped;
    removeOperatorFile();
  }
  await stage.close();
}

await main(process.argv.slice(2), process.env);
