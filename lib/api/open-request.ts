import * as z from 'zod/mini';
import { companyId } from '../account-key.ts';
import { ANSWER_MS } from '../budgets.ts';
import { RequestError } from '../errors.ts';
import { authorize, type Grants } from '../grants.ts';
import type { LogFields } from '../log.ts';
import { claimOf } from '../scopes.ts';
import { accountKey } from './account-contract.ts';
import {
  type ApiEvent,
  header,
  parseBody,
  parseCallerRequestId,
  parseEvent,
  parsePath,
  parseQuery,
  requireScope,
} from './api-request.ts';
import type { Route } from './routes/route.ts';

/** A request whose token was good, whose parts are parsed, and whose account, if the route names one, is granted. */
export type ApiRequest<P, Q, B> = {
  readonly params: P;
  readonly query: Q;
  readonly body: B;
  /** The caller's name, which the grants know. */
  readonly caller: string;
  /** The partner that the account is granted by; empty where the handler checks by itself. */
  readonly partner: string;
  /** The Accept header. */
  readonly accept: string | undefined;
  readonly ifMatch: string | undefined;
  readonly ifNoneMatch: string | undefined;
  readonly requestId: string;
  /** What the audit line says so far. */
  readonly fields: LogFields;
  /** Epoch ms by which the answer must be there. */
  readonly deadline: number;
  /** Adds to the request's one audit line. */
  readonly audit: (fields: LogFields) => void;
};

export type CallerDeps = {
  /** Client id -> caller name. */
  readonly callers: Readonly<Record<string, string>>;
  readonly grants: Grants;
};

/** One request on its way through the bundle. */
export type Exchange = {
  readonly event: unknown;
  readonly requestId: string;
  readonly startedAt: number;
  audit: LogFields;
  /** The caller's own id, if it is one. */
  callerRequestId?: string | undefined;
};

/** No caller can have this name, so it never has a grant. */
const UNKNOWN_CALLER = '(unknown)';

/**
 * The one order for every route: token, path, query, body, scope of the query, grant. What is known goes into the audit
 * line before the next step can fail, so that a refused request is found by its account.
 * @throws RequestError, AccountNotFoundError
 */
export function openRequest<P, Q, B>(exchange: Exchange, deps: CallerDeps, route: Route<P, Q, B>): ApiRequest<P, Q, B> {
  const audit = (fields: LogFields): void => {
    exchange.audit = { ...exchange.audit, ...fields };
  };
  const event = parseEvent(exchange.event);
  const callerRequestId = parseCallerRequestId(event);
  exchange.callerRequestId = callerRequestId;
  if (callerRequestId !== undefined) audit({ callerRequestId });
  audit({ route: `${event.httpMethod} ${event.resource}` });
  const { caller, scopes } = identify(event, route, deps);
  audit({ caller });
  const params = parsePath(event, route.params);
  audit(idsOf(params));
  const query = route.ignoresQuery ? z.parse(route.query, {}) : parseQuery(event, route.query);
  audit(route.audited?.(query) ?? {});
  const body = readBody(event, route);
  const account = accountOf(route, params, body);
  audit(account ?? {});
  const more = route.alsoNeeds?.(query);
  if (more !== undefined && !scopes.includes(claimOf(more))) throw new RequestError('FORBIDDEN_SCOPE');
  const partner = account ? authorize(deps.grants, caller, account) : '';
  if (account) audit({ partner });
  const { requestId, startedAt, audit: fields } = exchange;
  const headers = {
    accept: header(event, 'accept'),
    ifMatch: header(event, 'if-match'),
    ifNoneMatch: header(event, 'if-none-match'),
  };
  const known = { params, query, body, caller, partner, ...headers, requestId, fields };
  return { ...known, deadline: startedAt + ANSWER_MS, audit };
}

function accountOf({ account }: Pick<Route, 'account'>, params: unknown, body: unknown) {
  if (account === 'params') return z.parse(accountKey, params);
  return account === 'body' ? z.parse(accountKey, body) : undefined;
}

function identify(event: ApiEvent, { scope }: Pick<Route, 'scope'>, { callers }: CallerDeps) {
  if (scope === null) return { caller: UNKNOWN_CALLER, scopes: [] };
  const { clientId, scopes } = requireScope(event, scope);
  return { caller: Object.hasOwn(callers, clientId) ? (callers[clientId] ?? UNKNOWN_CALLER) : UNKNOWN_CALLER, scopes };
}

function readBody<B>(event: ApiEvent, { body, bodyIs }: Pick<Route<unknown, unknown, B>, 'body' | 'bodyIs'>): B {
  if (bodyIs === 'absent') return z.parse(body, undefined);
  // Some clients send `null` for a body that they do not have.
  const isThere = event.body && event.body.trim() !== 'null';
  return isThere || bodyIs === 'required' ? parseBody(event, body) : z.parse(body, {});
}

/** The ids that a path holds. */
function idsOf(params: unknown): LogFields {
  return z.safeParse(accountKey, params).data ?? z.safeParse(companyIdAlone, params).data ?? {};
}

const companyIdAlone = z.object({ companyId });
