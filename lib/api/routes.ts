/** Who may call what: the stack and the local gateway are both built from this table. */
export interface Route {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** With `{parameter}` segments, as API Gateway's `resource`. */
  readonly path: string;
  /** In infra/stage/function-table.ts. */
  readonly functionName: string;
  /** Of this route, where that is less than the stage's; all callers together. */
  readonly throttle?: { readonly rate: number; readonly burst: number };
  /** Any one of these opens the route; null: no token at all. */
  readonly scopes: readonly string[] | null;
}

const account = '/v1/companies/{companyId}/card-accounts/{cardAccountId}';

export const routes: readonly Route[] = [
  { method: 'GET', path: account, functionName: 'get-card-account', scopes: ['card-accounts/read'] },
  {
    method: 'GET',
    path: '/v1/companies/{companyId}/card-accounts',
    functionName: 'list-card-accounts',
    scopes: ['card-accounts/read'],
  },
  { method: 'GET', path: `${account}/balances`, functionName: 'get-balances', scopes: ['card-accounts/read'] },
  {
    method: 'PUT',
    path: `${account}/watch`,
    functionName: 'watch-card-account',
    scopes: ['card-accounts/watch'],
    throttle: { rate: 10, burst: 20 },
  },
  {
    method: 'DELETE',
    path: `${account}/watch`,
    functionName: 'watch-card-account',
    scopes: ['card-accounts/watch'],
    throttle: { rate: 10, burst: 20 },
  },
  {
    method: 'POST',
    path: '/api/v0/partner/enKashCard/cardAccount/get',
    functionName: 'get-card-account-drop-in',
    scopes: ['card-accounts/full'],
  },
  { method: 'GET', path: '/openapi.json', functionName: 'get-openapi', scopes: null, throttle: { rate: 5, burst: 10 } },
];
