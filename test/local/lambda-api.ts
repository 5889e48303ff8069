import { type Listener, listen, sendJson } from './http-server.ts';
import { FunctionError, invoke, type LambdaHandler } from './lambda.ts';

export type LocalFunction = {
  readonly handler: LambdaHandler;
  /** Lambda's own time-out. */
  readonly timeoutMs: number;
  /** Reserved concurrency. @default as many as come */
  readonly atMost?: number;
};

const path = /^\/2015-03-31\/functions\/([^/]+)\/invocations$/;

/** A stand-in for Lambda's Invoke, synchronous, that @aws-sdk/client-lambda talks to; functions go by name or ARN. */
export function startLambdaApi(functions: Readonly<Record<string, LocalFunction>>): Promise<Listener> {
  const running = new Map<string, number>();
  return listen(async ({ method, url, body, response }) => {
    const asked = decodeURIComponent(path.exec(url.pathname)?.[1] ?? '');
    const name = asked.split(':').at(-1) ?? '';
    const found = Object.hasOwn(functions, name) ? functions[name] : undefined;
    const refuse = (status: number, type: string) =>
      sendJson(response, status, { Type: 'User', Message: type }, { 'x-amzn-errortype': type });
    if (method !== 'POST' || !found) return refuse(404, 'ResourceNotFoundException');
    const { handler, timeoutMs, atMost = Number.POSITIVE_INFINITY } = found;
    const before = running.get(name) ?? 0;
    if (before >= atMost) return refuse(429, 'TooManyRequestsException');
    running.set(name, before + 1);
    try {
      sendJson(response, 200, await invoke(name, handler, JSON.parse(body.toString() || '{}'), timeoutMs));
    } catch (error) {
      if (!(error instanceof FunctionError)) throw error;
      sendJson(response, 200, { errorMessage: error.message }, { 'x-amz-function-error': 'Unhandled' });
    } finally {
      running.set(name, (running.get(name) ?? 1) - 1);
    }
  });
}
