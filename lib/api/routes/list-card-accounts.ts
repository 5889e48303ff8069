import { noBody } from '../account-contract.ts';
import { companyPath, listQuery, listSchema } from '../balances-contract.ts';
import { type Route, stored } from './route.ts';

export const listCardAccounts = {
  operationId: 'listCardAccounts',
  method: 'GET',
  path: '/v1/companies/{companyId}/card-accounts',
  functionName: 'list-card-accounts',
  scope: 'read',
  params: companyPath,
  query: listQuery,
  body: noBody,
  bodyIs: 'absent',
  account: null,
  answers: { 200: listSchema },
  errors: [...stored, 'ACCOUNT_NOT_FOUND'],
} as const satisfies Route;
