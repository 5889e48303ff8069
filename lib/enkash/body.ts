import { parseJson } from '../json.ts';

export type JsonObject = { readonly [key: string]: unknown };

export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Strict UTF-8 without a byte order mark. @returns undefined when the bytes are not UTF-8. */
export function decodeUtf8(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

/**
 * The text of a reply: UTF-8, or else in the charset that its label declares.
 * @returns undefined when the bytes are in neither
 */
export function decodeText(bytes: Uint8Array, contentType: string): string | undefined {
  const text = decodeUtf8(bytes);
  // UTF-16 of a JSON text is legal UTF-8 full of NUL, which JSON never holds.
  if (text !== undefined && !text.includes('\0')) return text;
  const charset = /;\s*charset\s*=\s*"?([\w.:-]+)/i.exec(contentType)?.[1];
  if (charset === undefined) return text;
  try {
    return new TextDecoder(charset, { fatal: true }).decode(bytes);
  } catch {
    return text;
  }
}

/** Parses a JSON object, also one that was stringified twice. @returns undefined for anything else. */
export function parseObject(text: string): JsonObject | undefined {
  const value = parseJson(text);
  const inner = typeof value === 'string' ? parseJson(value) : value;
  return isJsonObject(inner) ? inner : undefined;
}

/** Whether a reply is a web page, as the network edge in front of EnKash sends them. */
export function isHtml(contentType: string, body: Uint8Array): boolean {
  return /\bhtml\b/i.test(contentType) || /^\s*</.test(Buffer.from(body.subarray(0, 64)).toString('latin1'));
}

/** Whether a body is what an application sends, whatever its label says: JSON, or XML that is no web page. */
export function isJsonOrXml(body: Uint8Array): boolean {
  const text = Buffer.from(body)
    .toString('utf8')
    .replace(/^\uFEFF/, '');
  if (parseJson(text) !== undefined) return true;
  const head = text.slice(0, 1_000).trimStart();
  return head.startsWith('<') && !/<(!doctype\s+)?html\b/i.test(head);
}

/** Reads Retry-After, seconds or an HTTP date (RFC 9110). @returns whole seconds from 0 to 3600, or undefined. */
export function readRetryAfter(value: string | undefined, now: number): number | undefined {
  if (value === undefined) return undefined;
  if (/^\d{1,9}$/.test(value)) return Math.min(Number(value), 3600);
  // Date.parse takes '-5' and '1.5' for months.
  const seconds = /^[a-z]{3}/i.test(value) ? Math.ceil((Date.parse(value) - now) / 1000) : Number.NaN;
  return Number.isNaN(seconds) ? undefined : Math.min(Math.max(seconds, 0), 3600);
}
