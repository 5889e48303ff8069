import * as z from 'zod';
import { companyId } from '../../lib/account-key.ts';
import { publishedTypes } from '../../lib/alerts/published.ts';
import { enkashUrl, isLoopback } from '../../lib/enkash-url.ts';
import { edgeStatuses } from '../../lib/env.ts';
import { grantSchema } from '../../lib/grants.ts';
import { scopeNames } from '../../lib/scopes.ts';
import { everyMinutesChoices } from '../../lib/slots.ts';

const eventNames = Object.values(publishedTypes);
/** An unknown balance comes and goes by itself; systems want it, people rarely do. */
const eventsForPeople = eventNames.filter((name) => name !== 'balance.unknown');

const unfilled = /^FILL-ME/;
export const name = z
  .string()
  .regex(/^[a-z][a-z0-9-]{1,30}$/, 'must be lower-case letters, digits and dashes, 2 to 31 long');

const notFilledIn = {
  error: 'is not filled in: EnKash names this host, and nothing is defaulted',
  abort: true,
};

/** An EnKash URL that a function in AWS reaches: the local stage alone may use a loopback address or a port. */
const origin = z
  .string()
  .refine((value) => !unfilled.test(value), notFilledIn)
  .pipe(enkashUrl)
  .refine((value) => value.startsWith('https:'), 'must be an https:// origin')
  .refine((value) => !isLoopback(value), 'must be an https:// origin that AWS reaches, not this machine')
  .refine(
    (value) => URL.parse(value)?.port === '',
    'must be an https:// origin without a port: functions reach 443 alone',
  );

const caller = z.strictObject({
  scopes: z
    .array(z.enum(scopeNames))
    .min(1)
    .readonly()
    .describe('What the caller may do: read (accounts and balances), full (every documented field), watch.'),
  grants: z
    .array(grantSchema)
    .readonly()
    .describe('Which companies, through which of the partners; of each all card accounts, or those of cardAccountIds.'),
  webhook: z
    .strictObject({
      url: z.url().describe('https on port 443 of a public host.'),
      events: z.array(z.enum(eventNames)).min(1).readonly().optional().describe('Which events; without it every one.'),
    })
    .optional()
    .describe("Where the caller's own system gets events; only of accounts that it may read."),
});

const balanceEmail = z.strictObject({
  email: z.email(),
  companies: z.array(companyId).min(1).readonly().optional().describe('Of which companies; without it of all.'),
  events: z
    .array(z.enum(eventNames))
    .min(1)
    .readonly()
    .default(eventsForPeople)
    .describe('Which events; without it every one but balance.unknown.'),
});

const snapshots = z.strictObject({
  lateSeconds: z
    .int()
    .min(60)
    .max(900)
    .default(300)
    .describe('How long after its instant a slot may be measured, in seconds.'),
  maxConcurrency: z.int().min(2).max(1000).default(5).describe('Workers at a time; SQS takes no less than 2.'),
  perSecond: z
    .record(name, z.number().positive())
    .default({})
    .describe('Partner -> EnKash calls a second that the whole fleet may make for snapshots; none means no limit.'),
});

const customDomain = z.strictObject({
  name: z.string().regex(/^[a-z0-9.-]+\.[a-z]{2,}$/, 'must be a DNS name in lower case'),
  certificateArn: z
    .string()
    .regex(/^arn:aws:acm:[a-z0-9-]+:\d{12}:certificate\/[\w-]+$/, 'must be the ARN of an ACM certificate')
    .describe("ACM, in the stage's region."),
  truststoreUri: z
    .string()
    .regex(/^s3:\/\/[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]\/\S+$/, 'must be s3://bucket/key')
    .describe("The PEM bundle that signs the callers' certificates."),
  truststoreVersion: z.string().min(1).describe('The version of that object: it is pinned.'),
});

/** One stage as cdk.json writes it. */
export const stageSchema = z.strictObject({
  account: z
    .string()
    .regex(/^\d{12}$/, 'must be twelve digits')
    .optional()
    .describe(
      'AWS account; needed outside dev. Without it the stage goes wherever the credentials of the moment belong.',
    ),
  region: z
    .enum(['ap-south-1', 'ap-south-2'], 'must be in India: ap-south-1 or ap-south-2')
    .default('ap-south-1')
    .describe('Payment data stays in India (RBI, 2018).'),
  zones: z
    .array(z.string())
    .min(1)
    .max(3)
    .readonly()
    .describe('Availability zones; a NAT gateway and an address for each. Append only.'),
  enkash: z
    .strictObject({
      apiUrl: origin,
      tokenUrl: origin,
      loginsDifferFrom: z
        .array(name)
        .readonly()
        .default([])
        .describe(
          "Other stages at this token host whose EnKash users are all others than this stage's; each of the two names the other.",
        ),
    })
    .describe("EnKash's two hosts: https origins without a port; a path may follow."),
  partners: z.array(name).min(1).readonly().describe('One EnKash credential set, and so one secret, for each.'),
  callers: z.record(name, caller).describe('Systems that call this API: one OAuth client for each.'),
  notFoundCodes: z
    .array(z.int())
    .readonly()
    .default([])
    .describe('EnKash\'s response_codes that mean "no such account"; empty until UAT has shown one.'),
  tokenRefusedCodes: z
    .array(z.int())
    .readonly()
    .default([401])
    .describe('EnKash\'s response_codes that mean, inside HTTP 200, "this token is not good any more".'),
  uncountedLoginReplies: z
    .array(z.literal(edgeStatuses))
    .readonly()
    .default([])
    .describe('Statuses of login replies, without JSON or XML, that EnKash confirmed in writing come from its edge.'),
  controlRequests: z
    .boolean()
    .default(true)
    .describe('After a login that may have failed, ask without a password whether EnKash answers; false: fixed waits.'),
  everyMinutes: z.literal(everyMinutesChoices).default(15).describe('Period of the balance snapshots.'),
  snapshots: snapshots.prefault({}).describe('How the balance snapshots are taken.'),
  maxWatched: z.int().positive().default(1000).describe('Watched accounts of one caller.'),
  warmThroughput: z
    .strictObject({ reads: z.int().min(12_000), writes: z.int().min(4_000) })
    .optional()
    .describe(
      'Reads and writes a second that the balances table takes from its first day; without it 12,000 and 4,000, which grow with use. A million accounts want 14,000 writes.',
    ),
  egress: z
    .enum(['fixed', 'open'])
    .default('fixed')
    .describe('fixed: through NAT gateways whose addresses EnKash allow-lists. open: no VPC at all.'),
  waf: z.boolean().default(true).describe('The web application firewall.'),
  throttle: z
    .strictObject({ rate: z.int().positive(), burst: z.int().positive() })
    .default({ rate: 50, burst: 100 })
    .describe(
      'Requests a second and burst for all callers together; four routes have lower ones. AWS may count each route by itself.',
    ),
  wafRate: z.int().min(100).default(3000).describe('Requests of one address in five minutes, then 429.'),
  reservedConcurrency: z
    .record(z.string(), z.int().positive())
    .default({})
    .describe('Function name -> executions kept for it; a new AWS account has 10 in all and refuses any.'),
  accountConcurrency: z
    .int()
    .min(10)
    .default(1000)
    .describe("The account's quota of concurrent executions (L-B99A9384); AWS keeps 100 of it unreserved."),
  audited: z.boolean().default(true).describe('The packs of cdk-nag fail synth on any finding without a reason.'),
  tracing: z.boolean().default(true).describe('X-Ray: active tracing of the API and of every function.'),
  alarmEmails: z.array(z.email()).readonly().default([]).describe('Who is woken.'),
  balanceEmails: z.array(balanceEmail).readonly().default([]).describe('Who reads the balance events.'),
  runbookUrl: z
    .url({ protocol: /^https$/, error: 'must be an https:// URL' })
    // The text of an alarm has room for so much beside its own words.
    .max(300, 'must have 300 characters at most')
    .optional()
    .describe('Where RUNBOOKS.md is read in a browser; alarms link into it.'),
  customDomain: customDomain.optional().describe('A name of its own, for callers with a client certificate.'),
});

export type StageSettings = z.output<typeof stageSchema> & { readonly stage: string };
export type CustomDomain = z.output<typeof customDomain>;
