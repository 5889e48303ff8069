import { type AttemptOptions, jsonObject, type Received, receive, repeat, retryAfterOf } from './attempts.ts';
import { ApiError } from './errors.ts';
import type { TokenSource } from './token.ts';

export type CallOptions = {
  readonly signal?: AbortSignal;
  /** Comes back in the service's audit line: up to 128 of `[A-Za-z0-9._-]`. */
  readonly requestId?: string;
};

type Call = CallOptions & {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  readonly path: string;
  readonly query?: Readonly<Record<string, string | number | undefined>>;
  readonly headers?: Readonly<Record<string, string | undefined>>;
  readonly body?: unknown;
  /** Whether the same call twice is as good as once. */
  readonly repeatable: boolean;
};

type Answer<T> = { readonly status: number; readonly headers: Headers; readonly body: T };
export type Send = <T>(call: Call) => Promise<Answer<T>>;

/** Calls with a token; a token that is refused is replaced once. @throws ApiError, ConnectionError, TokenError */
export function createSend(baseUrl: string, tokens: TokenSource, attempts: AttemptOptions): Send {
  const base = baseUrl.replace(/\/+$/, '');

  async function attempt(call: Call, fresh: boolean): Promise<Received> {
    const token = await tokens.get(call.signal);
    const received = await receive(attempts, base + call.path + queryOf(call), initOf(call, token), call.signal);
    if (received.status >= 200 && received.status < 300) return received;
    const error = errorOf(received, attempts.now());
    if (received.status !== 401) throw error;
    tokens.drop(token);
    if (fresh) throw error;
    return attempt(call, true);
  }

  return async <T>(call: Call): Promise<Answer<T>> => {
    const once = () => attempt(call, false);
    const { status, headers, text } = await (call.repeatable ? repeat(attempts, once, call.signal) : once());
    return { status, headers, body: bodyOf<T>(status, text) };
  };
}

function queryOf({ query = {} }: Call): string {
  const given = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) if (value !== undefined) given.set(name, `${value}`);
  return given.size === 0 ? '' : `?${given}`;
}

function initOf({ method, headers = {}, body, requestId }: Call, token: string): RequestInit {
  const all = {
    accept: 'application/json',
    authorization: `Bearer ${token}`,
    'x-request-id': requestId,
    'content-type': body === undefined ? undefined : 'application/json',
    ...headers,
  };
  const given = Object.entries(all).flatMap(([name, value]): [string, string][] =>
    value === undefined ? [] : [[name, value]],
  );
  return { method, headers: given, ...(body === undefined ? {} : { body: JSON.stringify(body) }) };
}

/** What is not a problem of the service came from something on the way to it. */
function errorOf({ status, headers, text }: Received, now: number): ApiError {
  const { code, title, requestId, retryable, reason, errors } = jsonObject(text) ?? {};
  const retryAfter = retryAfterOf(headers, now);
  if (typeof code !== 'string') return new ApiError({ status, code: `HTTP_${status}` }, retryAfter);
  const problem = {
    status,
    code,
    ...(typeof title === 'string' ? { title } : {}),
    ...(typeof requestId === 'string' ? { requestId } : {}),
    ...(typeof retryable === 'boolean' ? { retryable } : {}),
    ...(typeof reason === 'string' ? { reason } : {}),
    ...(Array.isArray(errors) ? { errors } : {}),
  };
  return new ApiError(problem, retryAfter);
}

/** The shape is what the service's contract says of this route; that it is JSON at all is checked. */
function bodyOf<T>(status: number, text: string): T {
  try {
    return JSON.parse(text === '' ? 'null' : text);
  } catch {
    throw new ApiError({ status, code: 'NOT_JSON', title: 'The answer is not JSON', retryable: false });
  }
}
