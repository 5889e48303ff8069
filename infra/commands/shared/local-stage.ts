import { readFileSync } from 'node:fs';
import { parseEnv } from 'node:util';
import * as z from 'zod';
import { jsonText } from '../../../lib/json.ts';
import { OperatorError } from './arguments.ts';
import type { StageFacts } from './stage-facts.ts';

const localSchema = z.object({
  PARTNER_SECRETS: jsonText(z.record(z.string(), z.string())),
  ENKASH_SECRET_FILE: z.string().optional(),
  AWS_ENDPOINT_URL_LAMBDA: z.string(),
  API_URL: z.string(),
  OAUTH_TOKEN_URL: z.string(),
  ENKASH_API_URL: z.string(),
  ENKASH_TOKEN_URL: z.string(),
  CLIENT_ID: z.string(),
  CLIENT_SECRET: z.string(),
  COMPANY_ID: z.string(),
  CARD_ACCOUNT_ID: z.string(),
  SNAPSHOT_EVERY_SECONDS: z.coerce.number(),
  SNAPSHOT_LATE_SECONDS: z.coerce.number(),
  SNAPSHOT_GRACE_SECONDS: z.coerce.number(),
});

/** @throws OperatorError when no local stage is running */
export function localStage(file: string, named: string): StageFacts {
  const { AWS_ACCESS_KEY_ID = 'local', AWS_SECRET_ACCESS_KEY = 'local' } = process.env;
  const aws = { ...readLocal(file), AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY };
  const found = localSchema.safeParse(aws);
  if (!found.success) throw new OperatorError(`${file} was written by another version: restart "npm start".`);
  const local = found.data;
  // The SDK reads the endpoints of its services there, and nowhere else.
  for (const [name, value] of Object.entries(aws)) if (name.startsWith('AWS_')) process.env[name] = value;
  return {
    stage: 'local',
    named,
    aws,
    functions: { inspect: 'inspect', operate: 'operate', deliver: 'deliver-webhooks' },
    secretIds: local.PARTNER_SECRETS,
    secretFile: local.ENKASH_SECRET_FILE,
    enkash: { apiUrl: local.ENKASH_API_URL, tokenUrl: local.ENKASH_TOKEN_URL },
    api: { url: local.API_URL, tokenUrl: local.OAUTH_TOKEN_URL, mutualTls: false },
    egress: { kind: 'local' },
    slotSeconds: Math.min(local.SNAPSHOT_EVERY_SECONDS, local.SNAPSHOT_LATE_SECONDS) + local.SNAPSHOT_GRACE_SECONDS,
    accounts: Object.keys(local.PARTNER_SECRETS).map((partner) => ({
      partner,
      companyId: local.COMPANY_ID,
      cardAccountId: local.CARD_ACCOUNT_ID,
    })),
    caller: { clientId: local.CLIENT_ID, clientSecret: local.CLIENT_SECRET },
  };
}

function readLocal(file: string): NodeJS.Dict<string> {
  try {
    return parseEnv(readFileSync(file, 'utf8'));
  } catch {
    throw new OperatorError('No local stage is running: start one with "npm start" in another terminal.');
  }
}
