import { type ReadStep, UpstreamError } from '../errors.ts';
import { decodeUtf8, isJsonObject, type JsonObject, parseObject } from './body.ts';
import { type Cipher, DecryptionError } from './cipher.ts';

/** What the envelope decides; HTTP 200 decides nothing. */
export type Envelope =
  | { readonly kind: 'success'; readonly payload: JsonObject }
  | { readonly kind: 'failure'; readonly code: number };

/**
 * Opens the body of a 2xx reply: encrypted or plain, wrapped in `request` or `response`, stringified once or twice,
 * the account under `payload` or at the root, the result in `response_code` or `code` (enkash-api.md sections 1, 4, 5).
 * @throws UpstreamError UPSTREAM_UNREADABLE with the step that failed.
 */
export function openEnvelope(body: Uint8Array, cipher: Cipher): Envelope {
  const outer = parse(body);
  const sealed = sealedText(outer);
  return judge(sealed === undefined ? outer : parse(decrypt(cipher, sealed)));
}

/** Reads only the failure code of an error reply, for the log. */
export function readFailureCode(body: Uint8Array, cipher: Cipher): number | undefined {
  try {
    const envelope = openEnvelope(body, cipher);
    return envelope.kind === 'failure' ? envelope.code : undefined;
  } catch {
    return undefined;
  }
}

export function unreadable(step: ReadStep, paths?: readonly string[]): UpstreamError {
  return new UpstreamError('UPSTREAM_UNREADABLE', paths ? { step, paths } : { step });
}

function parse(bytes: Uint8Array): JsonObject {
  const text = decodeUtf8(bytes);
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

/** An account at the root carries no code at all; schema and echo check then decide. */
function readCode(code: unknown): number {
  if (code === undefined) return 0;
  const value = typeof code === 'string' && /^-?\d{1,9}$/.test(code) ? Number(code) : code;
  if (typeof value !== 'number' || !Number.isSafeInteger(value)) throw unreadable('envelope');
  return value;
}

function asObject(payload: unknown): JsonObject | undefined {
  if (isJsonObject(payload)) return payload;
  return typeof payload === 'string' ? parseObject(payload) : undefined;
}
