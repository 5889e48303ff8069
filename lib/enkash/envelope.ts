import { type ReadStep, UpstreamError } from '../errors.ts';
import { decodeText, isJsonObject, type JsonObject, parseObject } from './body.ts';
import { type Cipher, DecryptionError } from './cipher.ts';

/** What the envelope decides; HTTP 200 decides nothing. */
export type Envelope =
  | { readonly kind: 'success'; readonly payload: JsonObject }
  | { readonly kind: 'failure'; readonly code: number }
  /** OAuth's own word (RFC 6750). */
  | { readonly kind: 'token-refused' };

/**
 * Opens the body of a 2xx reply: encrypted or plain, wrapped in `request` or `response`, stringified once or twice,
 * the account under `payload` or at the root, the result in `response_code` or `code` (enkash-api.md sections 1, 4, 5).
 * @throws UpstreamError UPSTREAM_UNREADABLE with the step that failed.
 */
export function openEnvelope(reply: ReplyBody, cipher: Cipher): Envelope {
  return judge(openObject(reply, cipher));
}

/** What is read of a reply: its bytes, and what its label says they are. */
export type ReplyBody = { readonly body: Uint8Array; readonly contentType: string };

function openObject({ body, contentType }: ReplyBody, cipher: Cipher): JsonObject {
  const outer = parse(body, contentType);
  const sealed = sealedText(outer);
  return sealed === undefined ? outer : parse(decrypt(cipher, sealed));
}

const invalidToken = 'invalid_token';

/** What a reply with an error status says of itself. */
export type Refusal = {
  /** The code of EnKash's own envelope; absent: something else answered. */
  readonly code?: number;
  /** OAuth's own word for a token that is not good any more (RFC 6750), whoever says it. */
  readonly invalidToken?: boolean;
};

/** Reads an error reply, encrypted or plain. Never throws: a page, a text or a foreign JSON says nothing. */
export function readRefusal(reply: ReplyBody, cipher: Cipher): Refusal {
  try {
    const object = openObject(reply, cipher);
    if (object.error === invalidToken) return { invalidToken: true };
    const stated = statedCode(object);
    return stated === undefined ? {} : { code: readCode(stated) };
  } catch {
    return {};
  }
}

export function unreadable(step: ReadStep, paths?: readonly string[]): UpstreamError {
  return new UpstreamError('UPSTREAM_UNREADABLE', paths ? { step, paths } : { step });
}

function parse(bytes: Uint8Array, contentType = ''): JsonObject {
  const text = decodeText(bytes, contentType);
  if (text === undefined) throw unreadable('utf8');
  const object = parseObject(text);
  if (object === undefined) throw unreadable('json');
  return object;
}

function decrypt(cipher: Cipher, sealed: string): Buffer {
  try {
    return cipher.decrypt(sealed);
  } catch (error) {
    throw error instanceof DecryptionError ? unreadable('decrypt') : error;
  }
}

/** The ciphertext, when the object is its wrapper: there is no account in it yet, and no failure. */
function sealedText(object: JsonObject): string | undefined {
  if (readCode(statedCode(object)) !== 0 || 'payload' in object || 'cardAccountId' in object) return undefined;
  const { request, response } = object;
  if (typeof request === 'string') return request;
  return typeof response === 'string' ? response : undefined;
}

function judge(object: JsonObject): Envelope {
  if (object.error === invalidToken) return { kind: 'token-refused' };
  const code = readCode(statedCode(object));
  if (code !== 0) return { kind: 'failure', code };
  const payload = 'payload' in object ? asObject(object.payload) : object;
  if (payload === undefined) throw unreadable('envelope');
  if (payload === object && !('cardAccountId' in object)) throw unreadable('envelope');
  return { kind: 'success', payload };
}

function statedCode(object: JsonObject): unknown {
  return object.response_code ?? object.code ?? undefined;
}

/** A code is logged: nine digits are no card number. */
const CODE = /^-?\d{1,9}$/;

/** An account at the root carries no code at all; schema and echo check then decide. */
function readCode(code: unknown): number {
  if (code === undefined) return 0;
  if ((typeof code !== 'string' && typeof code !== 'number') || !CODE.test(String(code))) throw unreadable('envelope');
  return Number(code);
}

function asObject(payload: unknown): JsonObject | undefined {
  if (isJsonObject(payload)) return payload;
  return typeof payload === 'string' ? parseObject(payload) : undefined;
}
