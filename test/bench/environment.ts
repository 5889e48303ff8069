import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { limitCpu, shareOf } from './cpu-share.ts';

const clients = {
  /** Lambda's own, `aws-lambda-ric`. */
  lambda: join(import.meta.dirname, 'node_modules/aws-lambda-ric/index.mjs'),
  small: join(import.meta.dirname, 'small-client.ts'),
};

export type EnvironmentOptions = {
  /** What is deployed: `index.mjs` and its files. */
  readonly folder: string;
  readonly variables: Readonly<Record<string, string>>;
  /** Its share of CPU once init is over. @default a whole core */
  readonly memoryMb?: number;
  /** @default lambda */
  readonly client?: keyof typeof clients;
};
type Answer = {
  /** From the event's way in to the answer's way out. */
  readonly ms: number;
  readonly failed: boolean;
  readonly body: string;
};
/** One execution environment of Lambda: its process, and the Runtime API that feeds it. */
export type Environment = {
  /** From the start of the process to its first question for an event. */
  readonly initMs: number;
  readonly cpu: string;
  invoke(event: string): Promise<Answer>;
  /** Resident memory at its highest so far; undefined where /proc does not tell. */
  peakMb(): number | undefined;
  /** What the process has printed. */
  printed(): string;
  signal(name: NodeJS.Signals): void;
  stop(): Promise<void>;
};

/** Init failed, or the process died: the text is what it said. */
class EnvironmentError extends Error {}

/**
 * Runs a folder under a Node runtime client as Lambda does: init on a whole core, then a share of one.
 * @throws EnvironmentError
 */
export async function startEnvironment(options: EnvironmentOptions): Promise<Environment> {
  const client = clients[options.client ?? 'lambda'];
  if (!existsSync(client)) throw new EnvironmentError('No runtime client here: npm run bench:install');
  const api = await startRuntimeApi();
  const started = performance.now();
  const child = spawn(process.execPath, [client, 'index.handler'], {
    cwd: options.folder,
    env: { ...lambdaVariables(options), ...options.variables, AWS_LAMBDA_RUNTIME_API: api.address },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const share = limitCpu(child.pid ?? 0);
  let printed = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (printed += chunk));
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const death = ended.then(() => Promise.reject(new EnvironmentError(`The process ended.\n${printed}`)));
  death.catch(() => undefined);

  const stop = async (): Promise<void> => {
    child.kill('SIGKILL');
    await ended;
    share.release();
    await api.close();
  };
  try {
    await Promise.race([api.asked(), death]);
  } catch (error) {
    await stop();
    throw error;
  }
  const initMs = performance.now() - started;
  share.limit(options.memoryMb === undefined ? undefined : shareOf(options.memoryMb));
  return {
    initMs,
    cpu: share.how,
    invoke: (event) => Promise.race([api.invoke(event), death]),
    peakMb: () => readPeak(child.pid),
    printed: () => printed,
    signal: (name) => void child.kill(name),
    stop,
  };
}

function readPeak(pid: number | undefined): number | undefined {
  const kilobytes = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
  return kilobytes === undefined ? undefined : Number(kilobytes) / 1024;
}

/** What Lambda sets by itself. */
const lambdaVariables = ({ folder, memoryMb = 1_769 }: EnvironmentOptions): Record<string, string> => ({
  PATH: '/usr/bin:/bin',
  LANG: 'en_US.UTF-8',
  TZ: ':UTC',
  _HANDLER: 'index.handler',
  LAMBDA_TASK_ROOT: folder,
  AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs24.x',
  AWS_LAMBDA_INITIALIZATION_TYPE: 'on-demand',
  AWS_LAMBDA_FUNCTION_NAME: 'bench',
  AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
  AWS_LAMBDA_FUNCTION_MEMORY_SIZE: `${memoryMb}`,
  AWS_LAMBDA_LOG_GROUP_NAME: '/aws/lambda/bench',
  AWS_LAMBDA_LOG_STREAM_NAME: '2026/01/01/[$LATEST]0',
  AWS_REGION: 'ap-south-1',
  AWS_DEFAULT_REGION: 'ap-south-1',
  AWS_ACCESS_KEY_ID: 'ASIABENCH',
  AWS_SECRET_ACCESS_KEY: 'bench',
  AWS_SESSION_TOKEN: 'bench',
});

type Pending = { readonly started: number; readonly settle: (answer: Answer) => void };

/** The Runtime API, version 2018-06-01: one event at a time, each asked for by the process. */
async function startRuntimeApi() {
  let waiting: ServerResponse | undefined;
  let onAsked = Promise.withResolvers<void>();
  const pending = new Map<string, Pending>();

  const server = createServer(async (request, response) => {
    const path = request.url ?? '';
    if (path.endsWith('/runtime/invocation/next')) {
      waiting = response;
      onAsked.resolve();
      return;
    }
    const body = await bodyOf(request);
    const [, id = '', outcome] = /\/invocation\/([^/]+)\/(response|error)$/.exec(path) ?? [];
    const one = pending.get(id);
    one?.settle({ ms: performance.now() - one.started, failed: outcome !== 'response', body });
    if (path.endsWith('/runtime/init/error')) onAsked.reject(new EnvironmentError(body));
    response.writeHead(202, { 'content-type': 'application/json' }).end('{"status":"OK"}');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;

  async function invoke(event: string): Promise<Answer> {
    await onAsked.promise;
    const response = waiting;
    onAsked = Promise.withResolvers();
    const id = randomUUID();
    return new Promise((settle) => {
      pending.set(id, { started: performance.now(), settle });
      response
        ?.writeHead(200, {
          'content-type': 'application/json',
          'lambda-runtime-aws-request-id': id,
          'lambda-runtime-deadline-ms': `${Date.now() + 15_000}`,
          'lambda-runtime-invoked-function-arn': 'arn:aws:lambda:ap-south-1:000000000000:function:bench',
          'lambda-runtime-trace-id': 'Root=1-00000000-000000000000000000000000;Sampled=0',
        })
        .end(event);
    });
  }
  const close = (): Promise<void> =>
    new Promise((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  return { address: `127.0.0.1:${port}`, asked: () => onAsked.promise, invoke, close };
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}
