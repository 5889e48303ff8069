import type * as z from 'zod/mini';
import { cardAccountSchema } from '../../account/full-view.ts';
import { accountKey, accountQuery, noBody } from '../account-contract.ts';
import { accountPath, type Route, reading } from './route.ts';

export const getCardAccount = {
  operationId: 'getCardAccount',
  method: 'GET',
  path: accountPath,
  functionName: 'get-card-account',
  scope: 'read',
  params: accountKey,
  query: accountQuery,
  body: noBody,
  bodyIs: 'absent',
  account: 'params',
  alsoNeeds: ({ view }: z.output<typeof accountQuery>) => (view === 'full' ? 'full' : undefined),
  audited: ({ view }: z.output<typeof accountQuery>) => ({ view }),
  answers: { 200: cardAccountSchema },
  errors: reading,
} as const satisfies Route;
