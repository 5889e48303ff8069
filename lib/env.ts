import * as z from 'zod';
import { enkashUrl } from './enkash-url.ts';
import { jsonText } from './json.ts';

/** Read when live dependencies are built, here and nowhere else. */
export type EnvSource = Readonly<Record<string, string | undefined>>;

const names = z.record(z.string().min(1), z.string().min(1));

const stage = { STAGE: z.string().min(1) };
const http = { ...stage, CALLERS: jsonText(names) };
const enkash = {
  PARTNER_SECRETS: jsonText(names),
  ENKASH_API_URL: enkashUrl,
  ENKASH_TOKEN_URL: enkashUrl,
  NOT_FOUND_CODES: jsonText(z.array(z.int())),
  LOGIN_GATE_TABLE: z.string().min(1),
};

const balances = { BALANCES_TABLE: z.string().min(1) };

const seconds = z
  .string()
  .regex(/^\d{1,5}$/)
  .transform(Number);
const timetable = {
  SNAPSHOT_EVERY_SECONDS: seconds.pipe(z.int().min(1)),
  SNAPSHOT_LATE_SECONDS: seconds.pipe(z.int().min(1)),
};

/** What each function reads, exactly; a test compares it with the synthesised template. */
export const envSchemas = {
  'get-card-account': z.object({ ...http, ...enkash, ...balances }),
  'get-card-account-drop-in': z.object({ ...http, ...enkash }),
  'get-openapi': z.object(stage),
  'list-card-accounts': z.object({ ...http, ...balances }),
  'watch-card-account': z.object({ ...http, ...enkash, ...balances, MAX_WATCHED: seconds }),
  'get-balances': z.object({ ...http, ...balances, ...timetable }),
  'plan-snapshots': z.object({ ...stage, ...balances, ...timetable, SNAPSHOT_QUEUE_URL: z.url() }),
  'take-snapshot': z.object({
    ...{ ...stage, ...enkash, ...balances, ...timetable },
    EVENT_BUS_NAME: z.string().min(1),
    SNAPSHOT_RETRY_SECONDS: seconds,
    SNAPSHOT_MAX_CONCURRENCY: seconds.pipe(z.int().min(1)),
    PARTNER_RATES: jsonText(z.record(z.string(), z.number().positive())),
  }),
  'reconcile-snapshots': z.object({
    ...{ ...stage, ...balances, ...timetable },
    EVENT_BUS_NAME: z.string().min(1),
    SNAPSHOT_GRACE_SECONDS: seconds,
  }),
} as const;

export type HttpEnv = z.output<z.ZodObject<typeof http>>;
export type EnkashEnv = z.output<z.ZodObject<typeof enkash>>;

/** @throws Error that names the variable and never its value. */
export function readEnv<S extends z.ZodType>(schema: S, source: EnvSource = process.env): z.output<S> {
  const parsed = schema.safeParse(source);
  if (parsed.success) return parsed.data;
  const wrong = parsed.error.issues.map(({ path, message }) => `${String(path[0])} ${message}`);
  throw new Error(`Environment: ${wrong.join('; ')}`);
}

const awsSchema = z.object({ AWS_REGION: z.string().min(1) });
const awsCredentials = z.object({
  AWS_ACCESS_KEY_ID: z.string(),
  AWS_SECRET_ACCESS_KEY: z.string(),
  AWS_SESSION_TOKEN: z.string().optional(),
});

/** What Lambda's runtime sets for the SDK; its other credential sources are not in the bundle. */
export function awsRuntime(source: EnvSource = process.env) {
  return {
    region: readEnv(awsSchema, source).AWS_REGION,
    credentials: async () => {
      const found = readEnv(awsCredentials, source);
      return {
        accessKeyId: found.AWS_ACCESS_KEY_ID,
        secretAccessKey: found.AWS_SECRET_ACCESS_KEY,
        ...(found.AWS_SESSION_TOKEN === undefined ? {} : { sessionToken: found.AWS_SESSION_TOKEN }),
      };
    },
  };
}
