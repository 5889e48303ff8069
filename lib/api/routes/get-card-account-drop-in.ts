import { dropInFailureSchema, dropInSchema } from '../../account/drop-in-view.ts';
import { accountEndpoint } from '../../enkash-url.ts';
import { noParams, noQuery } from '../account-contract.ts';
import { dropInBody } from '../drop-in-contract.ts';
import { type Route, reading } from './route.ts';

export const getCardAccountDropIn = {
  operationId: 'getCardAccountDropIn',
  method: 'POST',
  path: accountEndpoint,
  functionName: 'get-card-account-drop-in',
  scope: 'full',
  params: noParams,
  query: noQuery,
  ignoresQuery: true,
  body: dropInBody,
  bodyIs: 'required',
  account: 'body',
  audited: () => ({ view: 'drop-in' }),
  answers: { 200: dropInSchema },
  errors: [...reading, 'UNSUPPORTED_MEDIA_TYPE'],
  failure: dropInFailureSchema,
} as const satisfies Route;
