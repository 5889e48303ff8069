import { randomUUID } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import * as z from 'zod';
import { type Listener, listen } from './http-server.ts';

/** An error as an AWS service answers it; the SDK turns `type` into the exception's name. */
export class AwsError extends Error {
  readonly type: string;
  readonly status: number;
  constructor(type: string, message: string, status = 400) {
    super(message);
    this.type = type;
    this.status = status;
  }
}

/** What is wrong with the service: `down` cuts every connection, `error` answers 500. */
type AwsFault = { readonly fail?: 'down' | 'error'; readonly delayMs?: number };
export type Operation = (input: unknown) => unknown;
export type AwsService = Listener & { setFault(fault: AwsFault): void; stats(): Record<string, number> };

/**
 * A server of AWS's JSON 1.1 protocol: `X-Amz-Target: <service>.<operation>`, JSON both ways, no signature checked.
 * @param service the target's prefix, such as `secretsmanager`
 */
export async function listenAwsJson(
  service: string,
  operations: Readonly<Record<string, Operation>>,
  port = 0,
): Promise<AwsService> {
  let fault: AwsFault = {};
  const calls: Record<string, number> = {};

  function perform(target: string, body: string): unknown {
    const name = target.slice(service.length + 1);
    const operation = target.startsWith(`${service}.`) ? operations[name] : undefined;
    if (!operation) throw new AwsError('UnknownOperationException', `${target} is not known`);
    calls[name] = (calls[name] ?? 0) + 1;
    if (fault.fail === 'error') throw new AwsError('InternalServiceError', 'Internal error', 500);
    return operation(JSON.parse(body || '{}'));
  }

  const listener = await listen(
    async ({ headers, body, response }) => {
      if (fault.delayMs) await wait(fault.delayMs);
      if (fault.fail === 'down') return void response.socket?.resetAndDestroy();
      const reply = (status: number, value: unknown) =>
        response
          .writeHead(status, { 'content-type': 'application/x-amz-json-1.1', 'x-amzn-requestid': randomUUID() })
          .end(JSON.stringify(value));
      try {
        reply(200, perform(String(headers['x-amz-target']), body.toString()));
      } catch (error) {
        const { type, message, status } = asAwsError(error);
        reply(status, { __type: type, Message: message, message });
      }
    },
    { port },
  );

  return {
    ...listener,
    setFault: (next) => {
      fault = next;
    },
    stats: () => ({ ...calls }),
  };
}

function asAwsError(error: unknown): AwsError {
  if (error instanceof AwsError) return error;
  if (error instanceof z.ZodError) return new AwsError('InvalidParameterException', z.prettifyError(error));
  return new AwsError('InternalServiceError', 'Internal error', 500);
}
