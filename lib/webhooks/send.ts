import { lookup as systemLookup } from 'node:dns';
import * as http from 'node:http';
import * as https from 'node:https';
import { isIP, type LookupFunction } from 'node:net';
import { WEBHOOK_MS } from '../budgets.ts';
import { isPublicAddress } from './addresses.ts';
import { type Message, signedHeaders } from './sign.ts';
import { whyNoTarget } from './target.ts';

/** What became of one attempt; a closed list, since it is a metric's dimension. */
export const outcomes = [
  'delivered',
  'gone',
  'refused',
  'failed',
  'redirect',
  'timeout',
  'unreachable',
  'forbidden-address',
  'bad-target',
] as const;
export type Outcome = (typeof outcomes)[number];

export type Attempt = { readonly outcome: Outcome; readonly status: number | null };

export type SendOptions = {
  /** @default the system's */
  readonly lookup?: typeof systemLookup;
  /** From the first byte of DNS to the answer's head. @default 10000 */
  readonly timeoutMs?: number;
  /** Epoch ms. @default Date.now */
  readonly now?: () => number;
  /** Of the local stage alone: `http:` and loopback. @default false */
  readonly loopback?: boolean;
  /** Certificates to trust beside the system's; for tests. */
  readonly ca?: string | Buffer;
};

export type SendWebhook = (url: string, message: Message, secrets: readonly string[]) => Promise<Attempt>;

/** One POST of a signed message. Never throws for what a receiver does; nothing of its answer is kept but the status. */
export function createSendWebhook(options: SendOptions = {}): SendWebhook {
  const { now = Date.now, timeoutMs = WEBHOOK_MS, loopback = false } = options;
  return async (url, message, secrets) => {
    if (!mayBeTarget(url, loopback)) return { outcome: 'bad-target', status: null };
    const headers = signedHeaders(message, secrets, now());
    const signal = AbortSignal.timeout(timeoutMs);
    try {
      const status = await post(new URL(url), { ...options, headers, body: message.body, signal });
      return { outcome: outcomeOf(status), status };
    } catch (error) {
      if (error instanceof ForbiddenAddress) return { outcome: 'forbidden-address', status: null };
      return { outcome: signal.aborted ? 'timeout' : 'unreachable', status: null };
    }
  };
}

/** Whether a URL may be a webhook's. @param loopback of the local stage alone: this machine by `http:` as well */
export function mayBeTarget(url: string, loopback: boolean): boolean {
  if (whyNoTarget(url) === undefined) return true;
  const { protocol, hostname } = URL.parse(url) ?? {};
  return loopback && protocol === 'http:' && (hostname === '127.0.0.1' || hostname === 'localhost');
}

function outcomeOf(status: number): Outcome {
  if (status >= 200 && status < 300) return 'delivered';
  if (status >= 300 && status < 400) return 'redirect';
  if (status === 410) return 'gone';
  return status < 500 ? 'refused' : 'failed';
}

type Post = SendOptions & {
  readonly headers: Record<string, string>;
  readonly body: string;
  readonly signal: AbortSignal;
};

/** The status of the answer; redirects are an answer like any other. */
function post(url: URL, { headers, body, signal, lookup, loopback = false, ca }: Post): Promise<number> {
  return new Promise((resolve, reject) => {
    const { request } = url.protocol === 'https:' ? https : http;
    const sent = request(url, {
      method: 'POST',
      headers: { ...headers, 'content-length': `${Buffer.byteLength(body)}` },
      // A connection of its own, so that every attempt looks the name up, judges the address and connects to that one.
      agent: false,
      lookup: publicLookup(lookup ?? systemLookup, loopback),
      signal,
      ...(ca === undefined ? {} : { ca }),
    });
    sent.on('response', (response) => {
      resolve(response.statusCode ?? 0);
      response.destroy();
    });
    sent.on('error', reject);
    sent.end(body);
  });
}

class ForbiddenAddress extends Error {}

/** Looks a name up for the socket: whoever answers with one address that is not public is not connected to at all. */
function publicLookup(lookup: typeof systemLookup, loopback: boolean): LookupFunction {
  return (hostname, options, callback) => {
    lookup(hostname, { ...options, all: true }, (error, addresses) => {
      if (error) return callback(error, '', 0);
      const allowed = addresses.every(({ address }) => isPublicAddress(address) || (loopback && isLoopback(address)));
      const [first] = addresses;
      if (!allowed || first === undefined) return callback(new ForbiddenAddress(), '', 0);
      if (options.all) return callback(null, addresses);
      callback(null, first.address, first.family);
    });
  };
}

function isLoopback(address: string): boolean {
  return address === '::1' || (isIP(address) === 4 && address.startsWith('127.'));
}
