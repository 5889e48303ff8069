import { type AttemptOptions, jsonObject, receive, repeat } from './attempts.ts';
import { TokenError } from './errors.ts';

export type TokenOptions = {
  readonly tokenUrl: string;
  readonly clientId: string;
  readonly clientSecret: string;
  /** @default every scope that the client has */
  readonly scopes?: readonly string[];
};

export type TokenSource = {
  /** A token that is good for a while. @throws TokenError, ConnectionError, the reason of `signal` */
  readonly get: (signal?: AbortSignal) => Promise<string>;
  /** The service refused it: the next `get` brings another one. */
  readonly drop: (token: string) => void;
};

type Token = { readonly text: string; readonly renewAt: number; readonly endsAt: number };

/** A fifth of its life before its end a token is renewed while it still serves; at most so long. */
const EARLY_MS = 300_000;
/** For clocks that differ and a request that is under way. */
const MARGIN_MS = 10_000;
/** After a renewal that failed, the token in hand serves on. */
const PAUSE_MS = 5_000;

/** Client credentials (RFC 6749 section 4.4): one request at a time, however many callers wait for it. */
export function createTokenSource(options: TokenOptions, attempts: AttemptOptions): TokenSource {
  const { now } = attempts;
  let token: Token | undefined;
  let pending: Promise<Token> | undefined;
  let pausedUntil = 0;

  async function renew(): Promise<Token> {
    const asked = now();
    const { text, lifeMs } = await repeat(attempts, () => request(options, attempts));
    token = {
      text,
      renewAt: asked + lifeMs - Math.min(EARLY_MS, lifeMs / 5),
      endsAt: asked + lifeMs - Math.min(MARGIN_MS, lifeMs / 10),
    };
    return token;
  }

  /** The request is nobody's own: a caller who gives up must not take it from the others. */
  function renewOnce(): Promise<Token> {
    pending ??= renew().finally(() => {
      pending = undefined;
    });
    return pending;
  }

  return {
    async get(signal) {
      if (token === undefined || now() >= token.endsAt) return (await unlessAborted(renewOnce(), signal)).text;
      if (now() >= token.renewAt && now() >= pausedUntil) {
        renewOnce().catch(() => {
          pausedUntil = now() + PAUSE_MS;
        });
      }
      return token.text;
    },
    drop(text) {
      if (token?.text === text) token = undefined;
    },
  };
}

async function request(options: TokenOptions, attempts: AttemptOptions): Promise<{ text: string; lifeMs: number }> {
  const { tokenUrl, clientId, clientSecret, scopes } = options;
  const form = new URLSearchParams({ grant_type: 'client_credentials' });
  if (scopes !== undefined) form.set('scope', scopes.join(' '));
  const { status, text } = await receive(attempts, tokenUrl, {
    method: 'POST',
    headers: { authorization: basicAuth(clientId, clientSecret), 'content-type': 'application/x-www-form-urlencoded' },
    body: form.toString(),
  });
  const { access_token: token, expires_in: seconds, error } = jsonObject(text) ?? {};
  if (status !== 200) throw new TokenError(status, typeof error === 'string' ? error : 'unknown');
  if (typeof token !== 'string' || token === '') throw new TokenError(status, 'no_access_token');
  return { text: token, lifeMs: typeof seconds === 'number' && seconds > 0 ? seconds * 1000 : 60_000 };
}

/** RFC 6749 section 2.3.1: both parts are form-encoded first. */
function basicAuth(clientId: string, clientSecret: string): string {
  const encode = (text: string) => new URLSearchParams({ '': text }).toString().slice(1);
  return `Basic ${btoa(`${encode(clientId)}:${encode(clientSecret)}`)}`;
}

function unlessAborted<T>(promise: Promise<T>, signal?: AbortSignal): Promise<T> {
  if (signal === undefined) return promise;
  return new Promise((resolve, reject) => {
    const stop = () => reject(signal.reason);
    if (signal.aborted) stop();
    signal.addEventListener('abort', stop, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', stop));
  });
}
