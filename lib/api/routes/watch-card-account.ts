import { accountKey, noQuery } from '../account-contract.ts';
import { watchBody, watchSchema } from '../watch-contract.ts';
import { accountPath, type Route, reading } from './route.ts';

export const watchCardAccount = {
  operationId: 'watchCardAccount',
  method: 'PUT',
  path: `${accountPath}/watch`,
  functionName: 'watch-card-account',
  scope: 'watch',
  throttle: { rate: 10, burst: 20 },
  params: accountKey,
  query: noQuery,
  body: watchBody,
  bodyIs: 'optional',
  account: 'params',
  answers: { 200: watchSchema, 201: watchSchema },
  errors: [
    ...reading,
    'STORAGE_UNAVAILABLE',
    'UNSUPPORTED_MEDIA_TYPE',
    'CONFLICT',
    'WATCH_LIMIT',
    'PRECONDITION_FAILED',
  ],
} as const satisfies Route;
