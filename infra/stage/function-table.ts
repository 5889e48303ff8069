import {
  DELIVER_LAMBDA_MS,
  OPERATE_LAMBDA_MS,
  PLAN_LAMBDA_MS,
  RECONCILE_LAMBDA_MS,
  WORKER_LAMBDA_MS,
} from '../../lib/budgets.ts';
import type { envSchemas } from '../../lib/env.ts';

/** `functions/<name>.entry.ts`; lib/env.ts says which variables it reads. */
export type FunctionName = keyof typeof envSchemas;

type TableAction = 'BatchGetItem' | 'BatchWriteItem' | 'GetItem' | 'PutItem' | 'Query' | 'UpdateItem';
export type TableRight = `balances:${TableAction}`;
export type ServiceRight =
  | 'read-partner-secrets'
  | 'move-partner-secrets'
  | 'use-login-gate'
  | 'read-login-gate'
  | 'send-snapshot-messages'
  | 'work-plan-jobs'
  | 'work-close-jobs'
  | 'receive-snapshot-messages'
  | 'publish-balance-events'
  | 'report-failed-invocations'
  | 'publish-mails'
  | 'work-webhook-queue'
  | 'read-webhook-secrets';

/** What a function may do beyond writing its own log; `rights.ts` says which actions that is. */
export type Right = ServiceRight | TableRight;

export interface FunctionSpec {
  readonly name: FunctionName;
  /** The alarms and the dashboard call it so. */
  readonly title: string;
  /** Who invokes it. */
  readonly trigger: 'gateway' | 'schedule' | 'queue' | 'bus' | 'operator';
  /** @default usualMemoryMb */
  readonly memoryMb?: number;
  /** @default LAMBDA_MS */
  readonly timeoutMs?: number;
  /** Calls nothing, or AWS alone: the fixed addresses are of no use to it. @default false */
  readonly outsideNetwork?: boolean;
  readonly rights: readonly Right[];
  /** Written beside the bundle at synth. */
  readonly files: readonly ('grants.json' | 'openapi.json')[];
}

/** The folder that is deployed for a function: `index.mjs` and the files of the table beside it. */
export type AssetFolder = (spec: FunctionSpec) => string;

export const usualMemoryMb = 512;
/** A whole core, for what is bound by it: it ends the sooner, and costs nearly the same (test/bench). */
const wholeCoreMb = 1769;

const enkashRights: readonly Right[] = ['read-partner-secrets', 'use-login-gate'];

export const functionTable: readonly FunctionSpec[] = [
  {
    name: 'get-card-account',
    title: 'Read a card account',
    trigger: 'gateway',
    rights: [...enkashRights, 'balances:GetItem', 'balances:PutItem', 'balances:UpdateItem'],
    files: ['grants.json'],
  },
  {
    name: 'batch-get-card-accounts',
    title: 'Read many card accounts',
    trigger: 'gateway',
    rights: [...enkashRights, 'balances:GetItem', 'balances:PutItem', 'balances:UpdateItem'],
    files: ['grants.json'],
  },
  {
    name: 'get-card-account-drop-in',
    title: 'Read a card account as EnKash would answer',
    trigger: 'gateway',
    rights: enkashRights,
    files: ['grants.json'],
  },
  {
    name: 'list-card-accounts',
    title: 'List card accounts with their last balances',
    trigger: 'gateway',
    rights: ['balances:BatchGetItem', 'balances:Query'],
    files: ['grants.json'],
  },
  {
    name: 'watch-card-account',
    title: 'Put an account into the schedule, or take it out',
    trigger: 'gateway',
    rights: [...enkashRights, 'balances:GetItem', 'balances:PutItem', 'balances:UpdateItem'],
    files: ['grants.json'],
  },
  {
    name: 'watch-company',
    title: 'Put many accounts of a company into the schedule',
    trigger: 'gateway',
    rights: [...enkashRights, 'balances:GetItem', 'balances:PutItem', 'balances:Query', 'balances:UpdateItem'],
    files: ['grants.json'],
  },
  {
    name: 'get-balances',
    title: 'Read balances over time',
    trigger: 'gateway',
    memoryMb: wholeCoreMb,
    rights: ['balances:GetItem', 'balances:Query'],
    files: ['grants.json'],
  },
  {
    name: 'get-company-balances',
    title: 'Read the days of all accounts of a company',
    trigger: 'gateway',
    memoryMb: wholeCoreMb,
    rights: ['balances:BatchGetItem', 'balances:Query'],
    files: ['grants.json'],
  },
  {
    name: 'list-events',
    title: 'List what happened to the accounts of a company',
    trigger: 'gateway',
    rights: ['balances:Query'],
    files: ['grants.json'],
  },
  {
    name: 'get-openapi',
    title: 'Describe the API',
    trigger: 'gateway',
    memoryMb: 256,
    outsideNetwork: true,
    rights: [],
    files: ['openapi.json'],
  },
  {
    name: 'plan-snapshots',
    title: 'Plan the snapshots of a slot',
    trigger: 'schedule',
    memoryMb: wholeCoreMb,
    timeoutMs: PLAN_LAMBDA_MS,
    rights: [
      'balances:GetItem',
      'balances:PutItem',
      'balances:Query',
      'balances:UpdateItem',
      'send-snapshot-messages',
      'work-plan-jobs',
      'report-failed-invocations',
    ],
    files: ['grants.json'],
  },
  {
    name: 'take-snapshot',
    title: 'Take the snapshots of a batch',
    trigger: 'queue',
    memoryMb: wholeCoreMb,
    timeoutMs: WORKER_LAMBDA_MS,
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
    memoryMb: wholeCoreMb,
    timeoutMs: RECONCILE_LAMBDA_MS,
    rights: [
      'balances:BatchGetItem',
      'balances:GetItem',
      'balances:PutItem',
      'balances:Query',
      'balances:UpdateItem',
      'publish-balance-events',
      'work-close-jobs',
      'report-failed-invocations',
    ],
    files: ['grants.json'],
  },
  {
    name: 'inspect',
    title: 'Look at gates, secrets and coverage',
    trigger: 'operator',
    memoryMb: 256,
    rights: ['read-partner-secrets', 'read-login-gate', 'balances:Query'],
    files: [],
  },
  {
    name: 'operate',
    title: 'Act for the operator',
    trigger: 'operator',
    timeoutMs: OPERATE_LAMBDA_MS,
    rights: [
      ...enkashRights,
      'move-partner-secrets',
      'balances:BatchWriteItem',
      'balances:GetItem',
      'balances:PutItem',
      'balances:Query',
      'balances:UpdateItem',
    ],
    files: [],
  },
  {
    name: 'record-events',
    title: 'Keep events for those who ask later',
    trigger: 'bus',
    rights: ['balances:PutItem', 'report-failed-invocations'],
    files: [],
  },
  {
    name: 'notify-people',
    title: 'Mail events to people',
    trigger: 'bus',
    memoryMb: 256,
    outsideNetwork: true,
    rights: ['publish-mails', 'report-failed-invocations'],
    files: [],
  },
  {
    name: 'deliver-webhooks',
    title: 'Deliver events to the systems of callers',
    trigger: 'queue',
    timeoutMs: DELIVER_LAMBDA_MS,
    outsideNetwork: true,
    rights: ['balances:GetItem', 'balances:PutItem', 'work-webhook-queue', 'read-webhook-secrets'],
    files: ['grants.json'],
  },
];

/** Megabytes that a function has. */
export function memoryOf(name: FunctionName): number {
  return functionTable.find((spec) => spec.name === name)?.memoryMb ?? usualMemoryMb;
}
