import * as z from 'zod/mini';
import { accountKey, noBody } from '../account-contract.ts';
import { asOfSchema, balancesQuery, dayHistorySchema, slotHistorySchema } from '../balances-contract.ts';
import { accountPath, type Route, stored } from './route.ts';

export const getBalances = {
  operationId: 'getBalances',
  method: 'GET',
  path: `${accountPath}/balances`,
  functionName: 'get-balances',
  scope: 'read',
  params: accountKey,
  query: balancesQuery,
  body: noBody,
  bodyIs: 'absent',
  account: 'params',
  answers: { 200: z.union([slotHistorySchema, dayHistorySchema, asOfSchema]) },
  errors: [...stored, 'ACCOUNT_NOT_FOUND', 'NOT_FOUND'],
} as const satisfies Route;
