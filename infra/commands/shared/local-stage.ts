import { readFileSync } from 'node:fs';
import { parseEnv } from 'node:util';
import * as z from 'zod';
import { jsonText } from '../../../lib/json.ts';
import { OperatorError } from './arguments.ts';
import type { StageFacts } from './stage-facts.ts';

const seconds = (fallback: number) => z.coerce.number().int().positive().default(fallback);
const localSchema = z.object({
  PARTNER_SECRETS: jsonText(z.record(z.string(), z.string())),
  LOGIN_GATE_TABLE: z.string(),
  API_URL: z.string(),
  OAUTH_TOKEN_URL: z.string(),
  CLIENT_ID: z.string(),
  CLIENT_SECRET: z.string(),
  COMPANY_ID: z.string(),
  CARD_ACCOUNT_ID: z.string(),
  BALANCES_TABLE: z.string(),
  SNAPSHOT_EVERY_SECONDS: seconds(10),
  SNAPSHOT_LATE_SECONDS: seconds(300),
  SNAPSHOT_GRACE_SECONDS: seconds(1),
});

/** @throws OperatorError when no local stage is running */
export function localStage(file: string): StageFacts {
  const { AWS_ACCESS_KEY_ID = 'local', AWS_SECRET_ACCESS_KEY = 'local' } = process.env;
  const env = { ...readLocal(file), AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY };
  const found = localSchema.safeParse(env);
  if (!found.success) throw new OperatorError(`${file} was written by another version: restart "npm start".`);
  const local = found.data;
  // The SDK reads the endpoints of its services there, and nowhere else.
  for (const [name, value] of Object.entries(env)) if (name.startsWith('AWS_')) process.env[name] = value;
  return {
    stage: 'local',
    env,
    secretIds: local.PARTNER_SECRETS,
    loginGateTable: local.LOGIN_GATE_TABLE,
    api: { url: local.API_URL, tokenUrl: local.OAUTH_TOKEN_URL, mutualTls: false },
    egress: { kind: 'local' },
    snapshots: {
      table: local.BALANCES_TABLE,
      everySeconds: local.SNAPSHOT_EVERY_SECONDS,
      lateSeconds: local.SNAPSHOT_LATE_SECONDS,
      graceSeconds: local.SNAPSHOT_GRACE_SECONDS,
    },
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
