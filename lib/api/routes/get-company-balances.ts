import { noBody } from '../account-contract.ts';
import { companyBalancesQuery, companyHistorySchema, companyPath } from '../balances-contract.ts';
import { type Route, stored } from './route.ts';

export const getCompanyBalances = {
  operationId: 'getCompanyBalances',
  method: 'GET',
  path: '/v1/companies/{companyId}/balances',
  functionName: 'get-company-balances',
  scope: 'read',
  params: companyPath,
  query: companyBalancesQuery,
  body: noBody,
  bodyIs: 'absent',
  account: null,
  answers: { 200: companyHistorySchema },
  errors: [...stored, 'ACCOUNT_NOT_FOUND'],
} as const satisfies Route;
