import { randomUUID } from 'node:crypto';
import type { Context } from 'aws-lambda';

/** A deployed function's handler; what goes in and comes out is JSON. */
export type LambdaHandler = (event: unknown, context: Context) => unknown;

/** The function failed: it threw, timed out or answered what is not JSON. API Gateway makes 502 of it. */
export class FunctionError extends Error {}

const unsupported = () => {
  throw new FunctionError('The callback style is not supported');
};

function createContext(functionName: string, deadline: number): Context {
  return {
    callbackWaitsForEmptyEventLoop: true,
    functionName,
    functionVersion: '$LATEST',
    invokedFunctionArn: `arn:aws:lambda:ap-south-1:000000000000:function:${functionName}`,
    memoryLimitInMB: '512',
    awsRequestId: randomUUID(),
    logGroupName: `/aws/lambda/${functionName}`,
    logStreamName: 'local',
    getRemainingTimeInMillis: () => Math.max(0, deadline - Date.now()),
    done: unsupported,
    fail: unsupported,
    succeed: unsupported,
  };
}

/**
 * Runs a handler as Lambda does: event and result cross as JSON, and a deadline ends the call.
 * @param timeoutMs Lambda's own time-out
 * @throws FunctionError
 */
export async function invoke(
  functionName: string,
  handler: LambdaHandler,
  event: unknown,
  timeoutMs = 15_000,
): Promise<unknown> {
  const context = createContext(functionName, Date.now() + timeoutMs);
  const { promise: tooLate, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(new FunctionError('Task timed out')), timeoutMs);
  try {
    const result = await Promise.race([handler(JSON.parse(JSON.stringify(event)), context), tooLate]);
    return result === undefined ? null : JSON.parse(JSON.stringify(result));
  } catch (error) {
    throw error instanceof FunctionError ? error : new FunctionError('Unhandled');
  } finally {
    clearTimeout(timer);
  }
}
