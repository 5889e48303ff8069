import { accountKey, noBody, noQuery } from '../account-contract.ts';
import { accountPath, type Route, stored } from './route.ts';

export const unwatchCardAccount = {
  operationId: 'unwatchCardAccount',
  method: 'DELETE',
  path: `${accountPath}/watch`,
  functionName: 'watch-card-account',
  scope: 'watch',
  throttle: { rate: 10, burst: 20 },
  params: accountKey,
  query: noQuery,
  body: noBody,
  bodyIs: 'absent',
  account: 'params',
  answers: { 204: null },
  errors: [...stored, 'ACCOUNT_NOT_FOUND', 'CONFLICT', 'PRECONDITION_FAILED'],
} as const satisfies Route;
