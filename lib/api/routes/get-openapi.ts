import * as z from 'zod/mini';
import { noBody, noParams, noQuery } from '../account-contract.ts';
import type { Route } from './route.ts';

export const getOpenApi = {
  operationId: 'getOpenApi',
  method: 'GET',
  path: '/openapi.json',
  functionName: 'get-openapi',
  scope: null,
  throttle: { rate: 5, burst: 10 },
  params: noParams,
  query: noQuery,
  body: noBody,
  bodyIs: 'absent',
  account: null,
  answers: { 200: z.record(z.string(), z.unknown()) },
  errors: ['BLOCKED', 'RATE_LIMITED'],
} as const satisfies Route;
