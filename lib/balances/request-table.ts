import { DynamoDBServiceException } from '@aws-sdk/client-dynamodb';
import * as z from 'zod/mini';
import { StorageError } from '../errors.ts';
import { type Table, UnreadKeysError } from './table.ts';

/**
 * The table for those who wait for an answer: what passes by itself is told as such, and not as a fault of ours.
 * @throws StorageError beside what the table throws
 */
export function createRequestTable(table: Table): Table {
  const told =
    <Args extends readonly unknown[], T>(call: (...args: Args) => Promise<T>) =>
    (...args: Args): Promise<T> =>
      call(...args).catch((error: unknown) => {
        throw passes(error) ? new StorageError(error.name) : error;
      });
  const { get, batchGet, query, put, update } = table;
  return { get: told(get), batchGet: told(batchGet), query: told(query), put: told(put), update: told(update) };
}

/** Refusals of DynamoDB that only say "too much at once"; any other one of its client's errors is a fault of ours. */
const throttles: ReadonlySet<string> = new Set([
  'ProvisionedThroughputExceededException',
  'RequestLimitExceeded',
  'ThrottlingException',
]);

/** What is no JSON, from something before DynamoDB, has its status here. */
const serverFault = z.object({ $metadata: z.object({ httpStatusCode: z.number().check(z.gte(500)) }) });
/** Node's names of what happens to a connection, such as ECONNRESET; ERR_… is a fault of ours, or a certificate's. */
const brokenConnection = z.object({ code: z.string().check(z.regex(/^E(?!RR_)/)) });

function passes(error: unknown): error is Error {
  if (error instanceof DynamoDBServiceException) return error.$fault === 'server' || throttles.has(error.name);
  if (!(error instanceof Error)) return false;
  if (error instanceof UnreadKeysError || error.name === 'TimeoutError') return true;
  return [serverFault, brokenConnection].some((schema) => z.safeParse(schema, error).success);
}
