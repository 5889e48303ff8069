import type { Variable } from './variables.ts';

type TableAction = 'BatchGetItem' | 'GetItem' | 'PutItem' | 'Query' | 'UpdateItem';

/** What a function may do beyond writing its own log; `rights.ts` says which actions that is. */
export type Right =
  | 'read-partner-secrets'
  | 'use-login-gate'
  | `balances:${TableAction}`
  | 'send-snapshot-messages'
  | 'receive-snapshot-messages'
  | 'publish-balance-events'
  | 'report-failed-invocations';

export interface FunctionSpec {
  /** `functions/<name>.entry.ts`. */
  readonly name: string;
  /** The alarms and the dashboard call it so. */
  readonly title: string;
  /** Who invokes it. */
  readonly trigger: 'gateway' | 'schedule' | 'queue';
  /** @default 512 */
  readonly memoryMb?: number;
  /** @default 15 */
  readonly timeoutSeconds?: number;
  /** Exactly what its schema in lib/env.ts reads. */
  readonly variables: readonly Variable[];
  readonly rights: readonly Right[];
  /** Written beside the bundle at synth. */
  readonly files: readonly ('grants.json' | 'openapi.json')[];
}

const enkashVariables: readonly Variable[] = [
  'PARTNER_SECRETS',
  'ENKASH_API_URL',
  'ENKASH_TOKEN_URL',
  'NOT_FOUND_CODES',
  'LOGIN_GATE_TABLE',
];
const enkashRights: readonly Right[] = ['read-partner-secrets', 'use-login-gate'];
const timetable: readonly Variable[] = ['SNAPSHOT_EVERY_SECONDS', 'SNAPSHOT_LATE_SECONDS'];
const pace: readonly Variable[] = ['SNAPSHOT_RETRY_SECONDS', 'SNAPSHOT_MAX_CONCURRENCY', 'PARTNER_RATES'];

export const functionTable: readonly FunctionSpec[] = [
  {
    name: 'get-card-account',
    title: 'Read a card account',
    trigger: 'gateway',
    variables: ['STAGE', 'CALLERS', ...enkashVariables, 'BALANCES_TABLE'],
    rights: [...enkashRights, 'balances:GetItem', 'balances:PutItem', 'balances:UpdateItem'],
    files: ['grants.json'],
  },
  {
    name: 'get-card-account-drop-in',
    title: 'Read a card account as EnKash would answer',
    trigger: 'gateway',
    variables: ['STAGE', 'CALLERS', ...enkashVariables],
    rights: enkashRights,
    files: ['grants.json'],
  },
  {
    name: 'list-card-accounts',
    title: 'List card accounts with their last balances',
    trigger: 'gateway',
    variables: ['STAGE', 'CALLERS', 'BALANCES_TABLE'],
    rights: ['balances:BatchGetItem', 'balances:Query'],
    files: ['grants.json'],
  },
  {
    name: 'watch-card-account',
    title: 'Put an account into the schedule, or take it out',
    trigger: 'gateway',
    variables: ['STAGE', 'CALLERS', ...enkashVariables, 'BALANCES_TABLE', 'MAX_WATCHED'],
    rights: [...enkashRights, 'balances:GetItem', 'balances:PutItem', 'balances:UpdateItem'],
    files: ['grants.json'],
  },
  {
    name: 'get-balances',
    title: 'Read balances over time',
    trigger: 'gateway',
    variables: ['STAGE', 'CALLERS', 'BALANCES_TABLE', ...timetable],
    rights: ['balances:GetItem', 'balances:Query'],
    files: ['grants.json'],
  },
  {
    name: 'get-openapi',
    title: 'Describe the API',
    trigger: 'gateway',
    memoryMb: 256,
    variables: ['STAGE'],
    rights: [],
    files: ['openapi.json'],
  },
  {
    name: 'plan-snapshots',
    title: 'Plan the snapshots of a slot',
    trigger: 'schedule',
    timeoutSeconds: 240,
    variables: ['STAGE', 'BALANCES_TABLE', ...timetable, 'SNAPSHOT_QUEUE_URL'],
    rights: [
      'balances:GetItem',
      'balances:PutItem',
      'balances:Query',
      'balances:UpdateItem',
      'send-snapshot-messages',
      'report-failed-invocations',
    ],
    files: [],
  },
  {
    name: 'take-snapshot',
    title: 'Take the snapshots of a batch',
    trigger: 'queue',
    timeoutSeconds: 20,
    variables: ['STAGE', ...enkashVariables, 'BALANCES_TABLE', ...timetable, 'EVENT_BUS_NAME', ...pace],
    rights: [
      ...enkashRights,
      'balances:BatchGetItem',
      'balances:GetItem',
      'balances:PutItem',
      'balances:UpdateItem',
      'receive-snapshot-messages',
      'publish-balance-events',
    ],
    files: [],
  },
  {
    name: 'reconcile-snapshots',
    title: 'Close slots and days, send pending events',
    trigger: 'schedule',
    timeoutSeconds: 240,
    variables: ['STAGE', 'BALANCES_TABLE', ...timetable, 'EVENT_BUS_NAME', 'SNAPSHOT_GRACE_SECONDS'],
    rights: [
      'balances:BatchGetItem',
      'balances:GetItem',
      'balances:PutItem',
      'balances:Query',
      'balances:UpdateItem',
      'publish-balance-events',
      'report-failed-invocations',
    ],
    files: [],
  },
];
