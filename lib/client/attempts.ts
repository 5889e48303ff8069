import { ApiError, ConnectionError, TokenError } from './errors.ts';

export type AttemptOptions = {
  /** @default globalThis.fetch */
  readonly fetch: typeof fetch;
  /** Of one attempt, its body included; the service itself answers within 10 s. */
  readonly timeoutMs: number;
  /** In all, for what may be repeated. */
  readonly maxAttempts: number;
  /** The longest wait between two attempts: a longer Retry-After is the caller's to keep. */
  readonly maxWaitMs: number;
  /** Epoch ms. */
  readonly now: () => number;
};

export type Received = { readonly status: number; readonly headers: Headers; readonly text: string };

const FIRST_WAIT_MS = 250;

/** One attempt. @throws ConnectionError; the reason of `signal` when the caller gave up */
export async function receive(
  { fetch, timeoutMs }: AttemptOptions,
  url: string,
  init: RequestInit,
  signal?: AbortSignal,
): Promise<Received> {
  const timeout = AbortSignal.timeout(timeoutMs);
  try {
    const all = signal === undefined ? timeout : AbortSignal.any([signal, timeout]);
    // A redirect would carry the token to wherever it points.
    const response = await fetch(url, { ...init, redirect: 'error', signal: all });
    return { status: response.status, headers: response.headers, text: await response.text() };
  } catch (error) {
    if (signal?.aborted) throw signal.reason;
    throw new ConnectionError(timeout.aborted ? 'timeout' : 'network', error);
  }
}

/**
 * Does it again while it fails in a way that may pass: growing waits with jitter, or what Retry-After says.
 * @throws what the last attempt threw
 */
export async function repeat<T>(
  { maxAttempts, maxWaitMs }: AttemptOptions,
  attempt: () => Promise<T>,
  signal?: AbortSignal,
): Promise<T> {
  for (let made = 1; ; made += 1) {
    try {
      return await attempt();
    } catch (error) {
      if (made >= maxAttempts || !mayPass(error)) throw error;
      const asked = error instanceof ApiError ? (error.retryAfterSeconds ?? 0) * 1000 : 0;
      if (asked > maxWaitMs) throw error;
      // Jitter comes on top: everybody was told the same Retry-After.
      const wait = asked + Math.random() * FIRST_WAIT_MS * 2 ** made;
      await sleep(Math.min(wait, maxWaitMs), signal);
    }
  }
}

function mayPass(error: unknown): boolean {
  if (error instanceof ApiError) return error.retryable;
  if (error instanceof TokenError) return error.status === 429 || error.status >= 500;
  return error instanceof ConnectionError;
}

function sleep(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = () => {
      clearTimeout(timer);
      reject(signal?.reason);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', stop);
      resolve();
    }, ms);
    if (signal?.aborted) stop();
    else signal?.addEventListener('abort', stop, { once: true });
  });
}

/** Retry-After in seconds: a number of them, or a date. */
export function retryAfterOf(headers: Headers, now: number): number | undefined {
  const value = headers.get('retry-after');
  if (value === null) return undefined;
  if (/^\d{1,9}$/.test(value)) return Number(value);
  const at = Date.parse(value);
  return Number.isNaN(at) ? undefined : Math.max(0, Math.ceil((at - now) / 1000));
}

/** The object in a JSON text; undefined for anything else. */
export function jsonObject(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : undefined;
  } catch {
    return undefined;
  }
}
