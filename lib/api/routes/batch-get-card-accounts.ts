import { noParams, noQuery } from '../account-contract.ts';
import { batchBody, batchSchema } from '../batch-contract.ts';
import { always, type Route } from './route.ts';

export const batchGetCardAccounts = {
  operationId: 'batchGetCardAccounts',
  method: 'POST',
  path: '/v1/card-accounts/batch',
  functionName: 'batch-get-card-accounts',
  scope: 'read',
  params: noParams,
  query: noQuery,
  body: batchBody,
  bodyIs: 'required',
  account: 'each',
  answers: { 200: batchSchema },
  errors: [...always, 'UNSUPPORTED_MEDIA_TYPE'],
} as const satisfies Route;
