import { accountKey, noBody, noQuery } from '../account-contract.ts';
import { watchSchema } from '../watch-contract.ts';
import { accountPath, type Route, stored } from './route.ts';

export const getWatch = {
  operationId: 'getWatch',
  method: 'GET',
  path: `${accountPath}/watch`,
  functionName: 'watch-card-account',
  scope: 'read',
  params: accountKey,
  query: noQuery,
  body: noBody,
  bodyIs: 'absent',
  account: 'params',
  answers: { 200: watchSchema },
  errors: [...stored, 'ACCOUNT_NOT_FOUND', 'NOT_WATCHED'],
} as const satisfies Route;
