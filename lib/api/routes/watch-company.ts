import { noQuery } from '../account-contract.ts';
import { companyPath } from '../balances-contract.ts';
import { watchCompanyBody, watchCompanySchema } from '../watch-contract.ts';
import { type Route, stored } from './route.ts';

export const watchCompany = {
  operationId: 'watchCompany',
  method: 'PUT',
  path: '/v1/companies/{companyId}/watch',
  functionName: 'watch-company',
  scope: 'watch',
  throttle: { rate: 2, burst: 5 },
  params: companyPath,
  query: noQuery,
  body: watchCompanyBody,
  bodyIs: 'optional',
  account: null,
  answers: { 200: watchCompanySchema },
  errors: [...stored, 'ACCOUNT_NOT_FOUND', 'UNSUPPORTED_MEDIA_TYPE'],
} as const satisfies Route;
