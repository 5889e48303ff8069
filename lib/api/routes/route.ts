import type * as z from 'zod/mini';
import type { ErrorCode } from '../../errors.ts';
import type { LogFields } from '../../log.ts';
import type { Scope } from '../../scopes.ts';

/**
 * One route of the HTTP contract, said once: the function, the stack, the local gateway and OpenAPI read it.
 * `P`, `Q` and `B` are what path, query and body are parsed into.
 */
export type Route<P = unknown, Q = unknown, B = unknown> = {
  readonly operationId: string;
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** With `{parameter}` segments, as API Gateway's `resource`. */
  readonly path: string;
  /** In infra/stage/function-table.ts. */
  readonly functionName: string;
  /** null: no token at all. */
  readonly scope: Scope | null;
  /** Of this route, where that is less than the stage's; all callers together. */
  readonly throttle?: { readonly rate: number; readonly burst: number };
  /** Strict objects of texts. */
  readonly params: z.ZodMiniType<P>;
  readonly query: z.ZodMiniType<Q>;
  /** Whatever the query says, `{}` is parsed. @default false: an unknown parameter is a mistake */
  readonly ignoresQuery?: boolean;
  /** An optional body that is absent is parsed as `{}`. */
  readonly body: z.ZodMiniType<B>;
  readonly bodyIs: 'absent' | 'optional' | 'required';
  /** Where the card account is named whose grant is checked; `each` of the body's accounts, or null: the handler checks by itself. */
  readonly account: 'params' | 'body' | 'each' | null;
  /** One more scope that a query needs. */
  alsoNeeds?(query: Q): Scope | undefined;
  /** What the audit line says of a request beside its ids. */
  audited?(query: Q): LogFields;
  /** Status -> schema; null for an empty body. */
  readonly answers: Readonly<Record<number, z.ZodMiniType | null>>;
  readonly errors: readonly ErrorCode[];
  /** How a failure of the function looks. @default problem details */
  readonly failure?: z.ZodMiniType;
};

/** What any route with a token can answer. */
export const always: readonly ErrorCode[] = [
  'INVALID_REQUEST',
  'UNAUTHORIZED',
  'FORBIDDEN_SCOPE',
  'BLOCKED',
  'PAYLOAD_TOO_LARGE',
  'RATE_LIMITED',
  'INTERNAL',
];

/** What a route can answer that reads or writes the table. */
export const stored: readonly ErrorCode[] = [...always, 'STORAGE_UNAVAILABLE'];

/** What a route can answer that reads EnKash. */
export const reading: readonly ErrorCode[] = [
  ...always,
  'ACCOUNT_NOT_FOUND',
  'UPSTREAM_REFUSED',
  'UPSTREAM_UNREADABLE',
  'UPSTREAM_MISMATCH',
  'UPSTREAM_UNAVAILABLE',
  'PARTNER_LOGIN_BLOCKED',
  'CREDENTIALS_UNAVAILABLE',
  'UPSTREAM_TIMEOUT',
];

export const accountPath = '/v1/companies/{companyId}/card-accounts/{cardAccountId}';
