import zlib from 'node:zlib';
import { decodeText, parseObject } from './body.ts';

/** The codings that Content-Encoding may name, although we asked for none, and how each is undone. */
const decoders: Readonly<Record<string, (body: Buffer, cap: number) => Buffer>> = {
  gzip: (body, maxOutputLength) => zlib.gunzipSync(body, { maxOutputLength }),
  deflate: (body, maxOutputLength) => zlib.inflateSync(body, { maxOutputLength }),
  br: (body, maxOutputLength) => zlib.brotliDecompressSync(body, { maxOutputLength }),
};
const GZIP_MAGIC = Buffer.from([0x1f, 0x8b]);
/** Codings are undone one after the other; more than this is an attack. */
const MOST_CODINGS = 2;

/**
 * The body as it was before a coding that nobody asked for. A label that means nothing (`UTF-8`, `none`), or that the body
 * contradicts, does no harm where the body is a JSON object.
 * @param cap most bytes that may come out
 * @returns the step that failed when it cannot be read
 */
export function decodeBody(body: Buffer, label: string, cap: number): Buffer | 'coding' | 'size' {
  const codings = label
    .toLowerCase()
    .split(',')
    .map((name) => name.trim().replace(/^x-/, ''))
    .filter((name) => name !== '' && name !== 'identity');
  if (codings.length === 0 && !body.subarray(0, 2).equals(GZIP_MAGIC)) return body;
  if (isJson(body)) return body;
  try {
    return decode(body, codings.length === 0 ? ['gzip'] : codings, cap);
  } catch (error) {
    return error instanceof RangeError ? 'size' : 'coding';
  }
}

/** @throws Error for a coding that is not known, or a body that is not in it; RangeError over the cap */
function decode(body: Buffer, codings: readonly string[], cap: number): Buffer {
  if (codings.length > MOST_CODINGS) throw new Error('too many codings');
  return codings.toReversed().reduce((bytes, name) => {
    const decoder = Object.hasOwn(decoders, name) ? decoders[name] : undefined;
    if (!decoder) throw new Error('an unknown coding');
    return decoder(bytes, cap);
  }, body);
}

const isJson = (body: Buffer): boolean => parseObject(decodeText(body, '') ?? '') !== undefined;
