import * as z from 'zod/mini';
import { enkashUrl } from './enkash-url.ts';
import { jsonText } from './json.ts';
import { subscriptionsSchema } from './subscriptions.ts';

/** Read when live dependencies are built, here and nowhere else. */
export type EnvSource = Readonly<Record<string, string | undefined>>;

const filled = z.string('is needed').check(z.minLength(1, 'is empty'));
const names = z.record(filled, filled, 'must be a JSON object of texts');

/** Replies of an edge; 400, 401 and 2xx can only be EnKash's. */
export const edgeStatuses = [
  403,
  404,
  405,
  429,
  502,
  503,
  504,
  ...Array.from({ length: 10 }, (_, index) => 520 + index),
];
const uncountedStatus = z.literal(edgeStatuses, `must be one of ${edgeStatuses.join(', ')}`);

const stage = { STAGE: filled };
const http = { ...stage, CALLERS: jsonText(names) };
const codes = jsonText(z.array(z.int('must hold whole numbers'), 'must be a JSON array'));
const enkash = {
  PARTNER_SECRETS: jsonText(names),
  ENKASH_API_URL: enkashUrl,
  ENKASH_TOKEN_URL: enkashUrl,
  NOT_FOUND_CODES: codes,
  TOKEN_REFUSED_CODES: z.prefault(codes, '[401]'),
  LOGIN_GATE_TABLE: filled,
  /** Statuses of replies that EnKash said in writing its edge sends, so that such a login never reached it. */
  UNCOUNTED_LOGIN_REPLIES: jsonText(z.array(uncountedStatus, 'must be a JSON array')),
  /** Whether EnKash may be asked, without a password, if its application answers. */
  CONTROL_REQUESTS: z.enum(['on', 'off'], "must be 'on' or 'off'"),
};

const balances = { BALANCES_TABLE: filled };

const whole = z.pipe(
  z.string('is needed').check(z.regex(/^\d{1,5}$/, 'must be a whole number of at most five digits')),
  z.transform(Number),
);
const wholeFromOne = z.pipe(whole, z.int().check(z.minimum(1, 'must be at least 1')));
const timetable = {
  SNAPSHOT_EVERY_SECONDS: wholeFromOne,
  SNAPSHOT_LATE_SECONDS: wholeFromOne,
};

const watching = { MAX_WATCHED: whole, SNAPSHOT_EVERY_SECONDS: wholeFromOne };

const rates = 'must be a JSON object of numbers above 0';

/** What each function reads, exactly: the stack gives it these variables. */
export const envSchemas = {
  'get-card-account': z.object({ ...http, ...enkash, ...balances }),
  'batch-get-card-accounts': z.object({ ...http, ...enkash, ...balances }),
  'get-card-account-drop-in': z.object({ ...http, ...enkash }),
  'get-openapi': z.object({ ...stage, TOKEN_URL: filled }),
  'list-card-accounts': z.object({ ...http, ...balances }),
  'watch-card-account': z.object({ ...http, ...enkash, ...balances, ...watching }),
  'watch-company': z.object({ ...http, ...enkash, ...balances, ...watching }),
  'get-balances': z.object({ ...http, ...balances, ...timetable }),
  'get-company-balances': z.object({ ...http, ...balances, ...timetable }),
  'plan-snapshots': z.object({
    ...{ ...stage, ...balances, ...timetable },
    SNAPSHOT_QUEUE_URL: z.url('must be a URL'),
    PLAN_JOBS_URL: z.url('must be a URL'),
  }),
  'take-snapshot': z.object({
    ...{ ...stage, ...enkash, ...balances },
    EVENT_BUS_NAME: filled,
    SNAPSHOT_QUEUE_URL: z.url('must be a URL'),
    SNAPSHOT_MAX_CONCURRENCY: wholeFromOne,
    PARTNER_RATES: jsonText(z.record(filled, z.number(rates).check(z.positive(rates)), rates)),
  }),
  'reconcile-snapshots': z.object({
    ...{ ...stage, ...balances, ...timetable },
    EVENT_BUS_NAME: filled,
    CLOSE_JOBS_URL: z.url('must be a URL'),
    BACKLOG_JOBS_URL: z.url('must be a URL'),
    SNAPSHOT_GRACE_SECONDS: whole,
  }),
  inspect: z.object({
    ...{ ...stage, ...balances, ...timetable },
    PARTNER_SECRETS: enkash.PARTNER_SECRETS,
    ENKASH_TOKEN_URL: enkash.ENKASH_TOKEN_URL,
    LOGIN_GATE_TABLE: enkash.LOGIN_GATE_TABLE,
    SNAPSHOT_GRACE_SECONDS: whole,
  }),
  operate: z.object({ ...stage, ...enkash, ...balances }),
  'list-events': z.object({ ...http, ...balances }),
  'record-events': z.object({ ...stage, ...balances }),
  'notify-people': z.object({ ...stage, BALANCE_TOPIC_ARN: filled }),
  'deliver-webhooks': z.object({
    ...{ ...stage, ...balances },
    WEBHOOKS: jsonText(subscriptionsSchema),
    WEBHOOK_QUEUE_URL: z.url('must be a URL'),
  }),
} as const;

export type HttpEnv = z.output<z.ZodMiniObject<typeof http>>;
export type EnkashEnv = z.output<z.ZodMiniObject<typeof enkash>>;

/** @throws Error that names the variable and never its value. */
export function readEnv<S extends z.core.$ZodType>(schema: S, source: EnvSource = process.env): z.output<S> {
  const parsed = z.safeParse(schema, source);
  if (parsed.success) return parsed.data;
  const wrong = parsed.error.issues.map(({ path, message }) => `${String(path[0])} ${message}`);
  throw new Error(`Environment: ${wrong.join('; ')}`);
}

const awsSchema = z.object({ AWS_REGION: filled });
const awsCredentials = z.object({
  AWS_ACCESS_KEY_ID: filled,
  AWS_SECRET_ACCESS_KEY: filled,
  AWS_SESSION_TOKEN: z.optional(z.string()),
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
