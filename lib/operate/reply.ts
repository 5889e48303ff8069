import { decodeUtf8, isHtml, isJsonObject } from '../enkash/body.ts';
import { createCipher, DecryptionError } from '../enkash/cipher.ts';
import type { PartnerCredentials } from '../enkash/credentials.ts';
import type { TransportResult } from '../enkash/transport.ts';
import type { ReplyReport } from './probe-report.ts';
import { shapeOf } from './shapes.ts';

export type Opened = {
  readonly encryption: string;
  /** How often the reply was made a string: 2 is the trap of enkash-api.md section 4. */
  readonly stringified: 'once' | 'twice' | 'unknown';
  readonly value: unknown;
};

const NO_BODY = Buffer.alloc(0);

/** @param value the reply's JSON as far as it could be opened, undefined for none */
export function describeReply(result: TransportResult, ms: number, value: unknown): ReplyReport {
  if (result.kind === 'failed') {
    const status = `${result.why}, ${result.sent ? 'after' : 'before'} the request was sent`;
    return { status, contentType: 'none', retryAfter: false, bytes: 0, ms, body: 'empty', shape: [] };
  }
  const { status } = result;
  if (result.kind === 'bad-body') {
    return { status, contentType: 'none', retryAfter: false, bytes: 0, ms, body: 'not readable', shape: [] };
  }
  return {
    status,
    contentType: mediaTypeOf(result.contentType),
    retryAfter: result.retryAfter !== undefined,
    bytes: result.body.length,
    ms,
    body: kindOf(result, value),
    shape: value === undefined ? [] : shapeOf(value),
  };
}

/** The reply's bytes; none when there was no whole reply. */
export function bodyOf(result: TransportResult): Buffer {
  return result.kind === 'reply' ? result.body : NO_BODY;
}

/** @returns undefined when the bytes are not JSON */
export function parseJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(decodeUtf8(bytes) ?? '');
  } catch {
    return undefined;
  }
}

/** Opens a read's reply by its shape, whatever the secret says; tries both key derivations, since the pages name two. */
export function openReply(bytes: Uint8Array, credentials: PartnerCredentials | undefined): Opened {
  const outer = parseJson(bytes);
  const wrapper = isJsonObject(outer)
    ? ['request', 'response'].find((key) => typeof outer[key] === 'string')
    : undefined;
  if (!isJsonObject(outer) || wrapper === undefined || 'payload' in outer) {
    return { encryption: 'reply is plain', ...unstring(outer) };
  }
  const sealed = String(outer[wrapper]);
  for (const encryption of ['aes-128-ecb', 'aes-128-ecb-raw'] as const) {
    const opened = credentials && decrypt(sealed, { ...credentials, encryption });
    if (opened === undefined) continue;
    return { encryption: `reply is encrypted under "${wrapper}", opens with ${encryption}`, ...unstring(opened) };
  }
  return { encryption: `reply has "${wrapper}", which the secret does not open`, stringified: 'unknown', value: outer };
}

function decrypt(sealed: string, credentials: PartnerCredentials): unknown {
  try {
    return parseJson(createCipher(credentials).decrypt(sealed));
  } catch (error) {
    if (error instanceof DecryptionError) return undefined;
    throw error;
  }
}

function unstring(value: unknown): Pick<Opened, 'stringified' | 'value'> {
  if (typeof value !== 'string') return { stringified: value === undefined ? 'unknown' : 'once', value };
  return { stringified: 'twice', value: parseJson(Buffer.from(value)) };
}

function kindOf(reply: { readonly contentType: string; readonly body: Buffer }, value: unknown): ReplyReport['body'] {
  if (reply.body.length === 0) return 'empty';
  if (isHtml(reply.contentType, reply.body)) return 'HTML';
  return value === undefined ? 'not readable' : 'JSON';
}

const knownTypes = [
  'application/json',
  'application/problem+json',
  'text/html',
  'text/plain',
  'text/xml',
  'application/xml',
];

function mediaTypeOf(contentType: string): string {
  const [type = ''] = contentType.toLowerCase().split(';');
  if (type.trim() === '') return 'none';
  return knownTypes.find((known) => known === type.trim()) ?? 'another';
}
