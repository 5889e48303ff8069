import { readFileSync } from 'node:fs';
import * as z from 'zod';
import { readEnv } from '../../../lib/env.ts';
import { OperatorError } from './arguments.ts';
import type { Caller } from './check-read.ts';

const callerSchema = z.object({ clientId: z.string().min(1), clientSecret: z.string().min(1) });
const callerEnv = z.object({ CLIENT_ID: z.string().optional(), CLIENT_SECRET: z.string().optional() });

/**
 * The caller to read as: of a file, or else the stage's own, or else of CLIENT_ID and CLIENT_SECRET.
 * @param own the local stage's
 * @throws OperatorError when the file is not as it must be
 */
export function callerOf(own: Caller | undefined, file: string | undefined): Caller | undefined {
  if (file !== undefined) return readCaller(file);
  if (own) return own;
  const { CLIENT_ID: clientId, CLIENT_SECRET: clientSecret } = readEnv(callerEnv);
  return callerSchema.safeParse({ clientId, clientSecret }).data;
}

function readCaller(file: string): Caller {
  try {
    return callerSchema.parse(JSON.parse(readFileSync(file, 'utf8')));
  } catch {
    throw new OperatorError(`--caller-file: ${file} must be JSON with clientId and clientSecret`);
  }
}
