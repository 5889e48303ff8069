import type * as z from 'zod/mini';
import { noBody, noParams } from '../account-contract.ts';
import { eventsQuery, eventsSchema } from '../events-contract.ts';
import { type Route, stored } from './route.ts';

export const listEvents = {
  operationId: 'listEvents',
  method: 'GET',
  path: '/v1/events',
  functionName: 'list-events',
  scope: 'read',
  params: noParams,
  query: eventsQuery,
  body: noBody,
  bodyIs: 'absent',
  account: null,
  audited: ({ companyId }: z.output<typeof eventsQuery>) => ({ companyId }),
  answers: { 200: eventsSchema },
  errors: [...stored, 'ACCOUNT_NOT_FOUND'],
} as const satisfies Route;
