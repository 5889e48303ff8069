import * as z from 'zod';
import { enkashUrl } from '../../lib/enkash/url.ts';
import { grantSchema } from '../../lib/grants.ts';
import { everyMinutesChoices } from '../../lib/slots.ts';
import { functionTable } from './function-table.ts';
import { sharedLogins } from './shared-logins.ts';

const unfilled = /^FILL-ME/;
const name = z.string().regex(/^[a-z][a-z0-9-]{1,30}$/, 'must be lower-case letters, digits and dashes, 2 to 31 long');

/** An EnKash URL with TLS, which the local stage alone may go without. */
const origin = z
  .string()
  .refine((value) => !unfilled.test(value), {
    error: 'is not filled in: EnKash names this host, and nothing is defaulted',
    abort: true,
  })
  .pipe(enkashUrl)
  .refine((value) => value.startsWith('https:'), 'must be an https:// origin');

const caller = z.strictObject({
  scopes: z
    .array(z.enum(['read', 'full', 'watch']))
    .min(1)
    .readonly(),
  grants: z.array(grantSchema).readonly(),
});

const snapshots = z.strictObject({
  /** How long after its instant a slot may be measured. */
  lateSeconds: z.int().min(60).max(900).default(300),
  /** Workers at a time; SQS takes no less than 2. */
  maxConcurrency: z.int().min(2).max(1000).default(5),
  /** Partner -> EnKash calls a second that the whole fleet may make for snapshots. @default no rate */
  perSecond: z.record(name, z.number().positive()).default({}),
});

const customDomain = z.strictObject({
  name: z.string().regex(/^[a-z0-9.-]+\.[a-z]{2,}$/),
  /** ACM, in the stage's region. */
  certificateArn: z.string().startsWith('arn:aws:acm:'),
  /** `s3://bucket/key` of the PEM bundle that signs the callers' certificates; its version is pinned. */
  truststoreUri: z.string().startsWith('s3://'),
  truststoreVersion: z.string().min(1),
});

const stage = z.strictObject({
  /** @default the account of whoever deploys */
  account: z
    .string()
    .regex(/^\d{12}$/, 'must be twelve digits')
    .optional(),
  /** Payment data stays in India (RBI, 2018). */
  region: z.enum(['ap-south-1', 'ap-south-2'], 'must be in India: ap-south-1 or ap-south-2').default('ap-south-1'),
  /** Listed, so that synth looks nothing up; one NAT gateway and address for each. */
  zones: z.array(z.string()).min(1).max(3).readonly(),
  enkash: z.strictObject({ apiUrl: origin, tokenUrl: origin }),
  /** One EnKash credential set, and so one secret, for each. */
  partners: z.array(name).min(1).readonly(),
  callers: z.record(name, caller),
  /** EnKash's `response_code`s that mean "no such account"; empty until UAT has shown one. */
  notFoundCodes: z.array(z.int()).readonly().default([]),
  /** Period of the balance snapshots. */
  everyMinutes: z.literal(everyMinutesChoices).default(15),
  snapshots: snapshots.prefault({}),
  /** Watched accounts per caller. */
  maxWatched: z.int().positive().default(1000),
  /** `fixed`: through NAT gateways whose addresses EnKash allow-lists. `open`: no VPC at all. */
  egress: z.enum(['fixed', 'open']).default('fixed'),
  waf: z.boolean().default(true),
  /** Requests per second and burst of the whole API. */
  throttle: z.strictObject({ rate: z.int().positive(), burst: z.int().positive() }).default({ rate: 50, burst: 100 }),
  /** Requests of one address in five minutes, then 429. */
  wafRate: z.int().min(100).default(3000),
  /** Function name -> executions kept for it. Off in dev: a new account has 10 in all and refuses any. */
  reservedConcurrency: z.record(z.string(), z.int().positive()).default({}),
  /** cdk-nag's packs fail synth on any finding that acknowledgements.ts does not explain. */
  audited: z.boolean().default(true),
  /** X-Ray: active tracing of the API and of every function. */
  tracing: z.boolean().default(true),
  alarmEmails: z.array(z.email()).readonly().default([]),
  /** For BalanceLow, BalanceRecovered and BalanceUnknown. */
  balanceEmails: z.array(z.email()).readonly().default([]),
  customDomain: customDomain.optional(),
});

const checkedStage = stage.superRefine((value, context) => {
  const issue = (message: string, ...path: (string | number)[]) => context.addIssue({ code: 'custom', message, path });
  for (const [index, zone] of value.zones.entries()) {
    if (!zone.startsWith(value.region)) issue(`must be a zone of ${value.region}`, 'zones', index);
  }
  if (new Set(value.zones).size < value.zones.length) issue('names a zone twice', 'zones');
  if (new Set(value.partners).size < value.partners.length) issue('names a partner twice', 'partners');
  for (const partner of Object.keys(value.snapshots.perSecond)) {
    if (!value.partners.includes(partner)) issue('is not one of partners', 'snapshots', 'perSecond', partner);
  }
  for (const name of Object.keys(value.reservedConcurrency)) {
    if (!functionTable.some((spec) => spec.name === name)) issue('is not a function', 'reservedConcurrency', name);
  }
  for (const [callerName, { grants }] of Object.entries(value.callers)) {
    for (const [index, { partner }] of grants.entries()) {
      if (!value.partners.includes(partner)) {
        issue(`names ${partner}, which is not one of partners`, 'callers', callerName, 'grants', index, 'partner');
      }
    }
  }
});

export type StageSettings = z.infer<typeof stage> & { readonly stage: string };
export type CustomDomain = z.infer<typeof customDomain>;

/** The stage settings are wrong; the message has one line for each field, with its path in cdk.json. */
export class SettingsError extends Error {
  override readonly name = 'SettingsError';
}

/**
 * The settings of one stage.
 * @param stages the context value `stages` of cdk.json
 * @throws SettingsError
 */
export function parseStage(stages: unknown, stageName: string): StageSettings {
  const known = z.record(name, z.unknown()).safeParse(stages);
  if (!known.success) throw new SettingsError('cdk.json: context.stages must map stage names to settings');
  const raw = known.data[stageName];
  if (raw === undefined) {
    throw new SettingsError(`no stage ${stageName} in cdk.json; there are: ${Object.keys(known.data).join(', ')}`);
  }
  const parsed = checkedStage.safeParse(raw);
  const issues = parsed.error?.issues ?? sharedLogins(known.data, stageName);
  if (parsed.success && issues.length === 0) return { ...parsed.data, stage: stageName };
  const lines = issues.map(({ path, message }) => `  ${['stages', stageName, ...path].join('.')}: ${message}`);
  throw new SettingsError(`cdk.json, stage ${stageName}:\n${lines.join('\n')}`);
}
