import { WebhookError } from './errors.ts';
import type { BalanceEvent } from './types.ts';

export type WebhookHeaders =
  | { get(name: string): string | null }
  | Readonly<Record<string, string | readonly string[] | undefined>>;

export type WebhookOptions = {
  /** Exactly as it came: JSON that was parsed and written again has another signature. */
  readonly body: string | Uint8Array;
  /** A `Headers` object, or Node's `request.headers`. */
  readonly headers: WebhookHeaders;
  /** `whsec_…`; several while a secret is being changed. */
  readonly secrets: string | readonly string[];
  /** How far the sender's clock may be from ours, either way. @default 300 */
  readonly toleranceSeconds?: number;
  /** Epoch ms. */
  readonly now?: () => number;
};

export type Webhook = {
  /** The same for every delivery of one event: whoever remembers it acts once. */
  readonly id: string;
  readonly event: BalanceEvent;
};

/**
 * The event of a webhook whose signature is good (Standard Webhooks, HMAC-SHA256).
 * @throws WebhookError for anything else; TypeError when one of our own secrets cannot be read
 */
export async function verifyWebhook(options: WebhookOptions): Promise<Webhook> {
  const { body, headers, secrets, toleranceSeconds = 300, now = Date.now } = options;
  const keys = await Promise.all((typeof secrets === 'string' ? [secrets] : secrets).map(importSecret));
  if (keys.length === 0) throw new TypeError('A webhook secret is needed');
  const id = headerOf(headers, 'webhook-id');
  const timestamp = headerOf(headers, 'webhook-timestamp');
  const signatures = signaturesOf(headerOf(headers, 'webhook-signature'));

  if (!/^\d{1,12}$/.test(timestamp)) throw new WebhookError('timestamp');
  if (Math.abs(now() / 1000 - Number(timestamp)) > toleranceSeconds) throw new WebhookError('timestamp');

  const bytes = typeof body === 'string' ? new TextEncoder().encode(body) : body;
  const signed = concat(new TextEncoder().encode(`${id}.${timestamp}.`), bytes);
  for (const key of keys)
    for (const signature of signatures)
      if (await crypto.subtle.verify('HMAC', key, signature, signed)) return { id, event: eventOf(bytes) };
  throw new WebhookError('signature');
}

async function importSecret(secret: string) {
  const bytes = fromBase64(secret.replace(/^whsec_/, ''));
  if (bytes === undefined || bytes.length === 0) throw new TypeError('A webhook secret is whsec_ and base64');
  return crypto.subtle.importKey('raw', bytes, { name: 'HMAC', hash: 'SHA-256' }, false, ['verify']);
}

function headerOf(headers: WebhookHeaders, name: string): string {
  const value = isHeaders(headers) ? headers.get(name) : plainHeader(headers, name);
  if (typeof value !== 'string' || value === '') throw new WebhookError('header');
  return value;
}

function isHeaders(headers: WebhookHeaders): headers is { get(name: string): string | null } {
  return typeof headers.get === 'function';
}

function plainHeader(headers: Readonly<Record<string, unknown>>, name: string): unknown {
  return Object.entries(headers).find(([key]) => key.toLowerCase() === name)?.[1];
}

/** Several are there while the sender changes its secret; versions other than v1 are not ours to judge. */
function signaturesOf(header: string): Uint8Array<ArrayBuffer>[] {
  const known = header.split(' ').filter((part) => part.startsWith('v1,'));
  return known.map((part) => fromBase64(part.slice(3))).filter((bytes) => bytes !== undefined);
}

function fromBase64(text: string): Uint8Array<ArrayBuffer> | undefined {
  try {
    return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
  } catch {
    return undefined;
  }
}

function concat(first: Uint8Array, second: Uint8Array): Uint8Array<ArrayBuffer> {
  const joined = new Uint8Array(first.length + second.length);
  joined.set(first);
  joined.set(second, first.length);
  return joined;
}

/** A good signature says who wrote it; the shape is what the sender's contract says. */
function eventOf(bytes: Uint8Array): BalanceEvent {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    throw new WebhookError('body');
  }
}
