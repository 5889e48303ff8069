import * as z from 'zod';
import { dropInFailureSchema, dropInSchema } from '../account/drop-in-view.ts';
import { fullViewSchema } from '../account/full-view.ts';
import { summaryViewSchema } from '../account/summary-view.ts';
import type { ErrorCode } from '../errors.ts';
import { accountKey, accountQuery } from './account-contract.ts';
import {
  asOfSchema,
  balancesQuery,
  companyPath,
  dayHistorySchema,
  listQuery,
  listSchema,
  slotHistorySchema,
  watchBody,
  watchSchema,
} from './balances-contract.ts';

/** One operation of the HTTP contract; a test compares the table with the routes that are deployed. */
export type Operation = {
  readonly method: 'get' | 'post' | 'put' | 'delete';
  readonly path: string;
  readonly operationId: string;
  readonly summary: string;
  readonly scope: string;
  readonly pathSchema?: z.ZodObject;
  readonly querySchema?: z.ZodObject;
  readonly bodySchema?: z.ZodType;
  /** @default true */
  readonly bodyRequired?: boolean;
  /** Status -> schema; null for an empty body. */
  readonly answers: Readonly<Record<number, z.core.$ZodType | null>>;
  readonly errors: readonly ErrorCode[];
  /** @default problemSchema as application/problem+json */
  readonly failureSchema?: z.core.$ZodType;
};

const always: readonly ErrorCode[] = [
  'INVALID_REQUEST',
  'UNAUTHORIZED',
  'FORBIDDEN_SCOPE',
  'BLOCKED',
  'PAYLOAD_TOO_LARGE',
  'RATE_LIMITED',
  'INTERNAL',
];
const reading: readonly ErrorCode[] = [
  ...always,
  'ACCOUNT_NOT_FOUND',
  'UPSTREAM_REFUSED',
  'UPSTREAM_UNREADABLE',
  'UPSTREAM_MISMATCH',
  'UPSTREAM_UNAVAILABLE',
  'PARTNER_LOGIN_BLOCKED',
  'CREDENTIALS_UNAVAILABLE',
  'UPSTREAM_TIMEOUT',
];

const ACCOUNT = '/v1/companies/{companyId}/card-accounts/{cardAccountId}';

export const operations: readonly Operation[] = [
  {
    method: 'get',
    path: ACCOUNT,
    operationId: 'getCardAccount',
    summary: 'One card account, as EnKash states it',
    scope: 'card-accounts/read',
    pathSchema: accountKey,
    querySchema: accountQuery,
    answers: { 200: z.union([summaryViewSchema, fullViewSchema]) },
    errors: reading,
  },
  {
    method: 'post',
    path: '/api/v0/partner/enKashCard/cardAccount/get',
    operationId: 'getCardAccountDropIn',
    summary: "Drop-in for EnKash's Get Card Account Details",
    scope: 'card-accounts/full',
    bodySchema: accountKey,
    answers: { 200: dropInSchema },
    errors: [...reading, 'UNSUPPORTED_MEDIA_TYPE'],
    failureSchema: dropInFailureSchema,
  },
  {
    method: 'get',
    path: '/v1/companies/{companyId}/card-accounts',
    operationId: 'listCardAccounts',
    summary: 'The card accounts of a company that are known here, with their latest balances',
    scope: 'card-accounts/read',
    pathSchema: companyPath,
    querySchema: listQuery,
    answers: { 200: listSchema },
    errors: [...always, 'ACCOUNT_NOT_FOUND'],
  },
  {
    method: 'put',
    path: `${ACCOUNT}/watch`,
    operationId: 'watchCardAccount',
    summary: 'Puts the account on the schedule of snapshots; reads it live first',
    scope: 'card-accounts/watch',
    pathSchema: accountKey,
    bodySchema: watchBody,
    bodyRequired: false,
    answers: { 200: watchSchema, 201: watchSchema },
    errors: [...reading, 'UNSUPPORTED_MEDIA_TYPE'],
  },
  {
    method: 'delete',
    path: `${ACCOUNT}/watch`,
    operationId: 'unwatchCardAccount',
    summary: 'Takes the account off the schedule; what was measured stays',
    scope: 'card-accounts/watch',
    pathSchema: accountKey,
    answers: { 204: null },
    errors: [...always, 'ACCOUNT_NOT_FOUND'],
  },
  {
    method: 'get',
    path: `${ACCOUNT}/balances`,
    operationId: 'getBalances',
    summary: 'Balances over time with coverage, or as of an instant',
    scope: 'card-accounts/read',
    pathSchema: accountKey,
    querySchema: balancesQuery,
    answers: { 200: z.union([slotHistorySchema, dayHistorySchema, asOfSchema]) },
    errors: [...always, 'ACCOUNT_NOT_FOUND', 'NOT_FOUND'],
  },
];
