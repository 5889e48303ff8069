import { describe, expect, test } from 'vitest';
import * as z from 'zod/mini';
import { type ApiEvent, header, parseBody, parseEvent, parseQuery } from '../../../lib/api/api-request.ts';
import { RequestError } from '../../../lib/errors.ts';

const event = (parts: object = {}): ApiEvent => parseEvent({ requestContext: {}, ...parts });
const json = { 'Content-Type': 'application/json' };
const posted = (body: string, headers: object = json): ApiEvent => event({ headers, body });
const anything = z.unknown();

/** What a caller is told: the code, and each field with its words. */
function refusalOf(parse: () => unknown): string {
  try {
    parse();
  } catch (error) {
    if (!(error instanceof RequestError)) throw error;
    return [error.code, ...error.fields.map(({ field, message }) => `${field} ${message}`)].join(', ');
  }
  return 'taken';
}

test.each([[null], ['text'], [{}], [{ requestContext: {}, body: 7 }]])(
  'what is no proxy event is refused as such: %j',
  (input) => {
    expect(refusalOf(() => parseEvent(input))).toBe('INVALID_REQUEST, event is not a REST proxy event');
  },
);

describe('a query', () => {
  const schema = z.strictObject({ view: z.optional(z.string()) });

  test('with a parameter that is listed without values is taken as one without it', () => {
    const parameters = { multiValueQueryStringParameters: { view: undefined } };
    expect(parseQuery(event(parameters), schema)).toEqual({});
  });

  test('with a parameter twice names it', () => {
    const parameters = { multiValueQueryStringParameters: { view: ['a', 'b'] } };
    expect(refusalOf(() => parseQuery(event(parameters), schema))).toBe(
      'INVALID_REQUEST, view is given more than once',
    );
  });
});

test('a header is found by its name in any spelling, wherever it stands', () => {
  const headers = { Accept: '*/*', 'If-MATCH': '"7"', Host: 'api.example' };
  expect(header(event({ headers }), 'if-match')).toBe('"7"');
  expect(header(event({ headers }), 'if-none-match')).toBeUndefined();
});

describe('the media type of a body', () => {
  test.each([
    ['application/json', 'taken'],
    ['application/json ; charset=utf-8', 'taken'],
    ['application/json; charset = "UTF8"', 'taken'],
    ['application/json; charset=', 'taken'],
    ['application/json; x-charset=latin1', 'taken'],
    ['application/json; charsets=latin1', 'taken'],
    ['application/json; charset=latin1', 'UNSUPPORTED_MEDIA_TYPE'],
    ['application/json; charset = latin1', 'UNSUPPORTED_MEDIA_TYPE'],
    ['application/json; charset=utf-8; charset=latin1', 'UNSUPPORTED_MEDIA_TYPE'],
    ['text/json', 'UNSUPPORTED_MEDIA_TYPE'],
  ])('%s is answered so: %s', (type, answer) => {
    expect(refusalOf(() => parseBody(posted('{}', { 'content-type': type }), anything))).toBe(answer);
  });

  test('is needed', () => {
    expect(refusalOf(() => parseBody(event({ body: '{}' }), anything))).toBe('UNSUPPORTED_MEDIA_TYPE');
  });
});

describe('a body', () => {
  const notJson = 'INVALID_REQUEST, body is not JSON in UTF-8';

  test('of 8 KiB is taken, and of one byte more it is not', () => {
    const longest = JSON.stringify('x'.repeat(8 * 1024 - 2));
    expect(refusalOf(() => parseBody(posted(longest), anything))).toBe('taken');
    expect(refusalOf(() => parseBody(posted(`${longest} `), anything))).toBe('PAYLOAD_TOO_LARGE');
  });

  test('is unwrapped from base64 where the gateway says so', () => {
    const body = Buffer.from('{"a":"\u00e9"}').toString('base64');
    expect(parseBody(event({ headers: json, body, isBase64Encoded: true }), anything)).toEqual({ a: '\u00e9' });
  });

  test('that is not there, cut short, or has a byte order mark is no JSON', () => {
    expect(refusalOf(() => parseBody(event({ headers: json }), anything))).toBe(notJson);
    expect(refusalOf(() => parseBody(posted('{"a":'), anything))).toBe(notJson);
    expect(refusalOf(() => parseBody(posted('\ufeff{}'), anything))).toBe(notJson);
  });

  test('whose bytes are no UTF-8 is no JSON', () => {
    const body = Buffer.from([0x22, 0xff, 0x22]).toString('base64');
    expect(refusalOf(() => parseBody(event({ headers: json, body, isBase64Encoded: true }), anything))).toBe(notJson);
  });
});

describe('what is wrong with a field', () => {
  const words = (schema: z.core.$ZodType, body: unknown) =>
    refusalOf(() => parseBody(posted(JSON.stringify(body)), schema)).replace('INVALID_REQUEST, ', '');
  const short = z.strictObject({ name: z.string().check(z.minLength(3)) });

  test('is said in words, and never by the value', () => {
    expect(words(short, {})).toBe('name is needed');
    expect(words(short, { name: 7 })).toBe('name must be of type string');
    expect(words(short, { name: 'ab' })).toBe('name is not valid');
    expect(words(short, { name: 'abc', other: 1 })).toBe('other is not known');
  });

  test('is said of the whole body where it is no object', () => {
    expect(words(short, ['canary'])).toBe('body must be of type object');
  });

  test('names the way to a field inside another one', () => {
    expect(words(z.strictObject({ outer: short }), { outer: {} })).toBe('outer.name is needed');
  });

  test('does not repeat a name that does not begin like one, or is longer than one', () => {
    for (const name of ['9lives', ' canary', '-canary', 'x'.repeat(65)]) {
      expect(words(z.strictObject({}), { [name]: 1 })).toBe('unknown field is not known');
    }
    const longest = 'x'.repeat(64);
    expect(words(z.strictObject({}), { [longest]: 1 })).toBe(`${longest} is not known`);
  });

  test('ends after ten fields', () => {
    const names = Array.from({ length: 12 }, (_, at) => `field${at}`);
    const schema = z.strictObject(Object.fromEntries(names.map((name) => [name, z.string()])));
    expect(words(schema, {}).split(', ')).toEqual(names.slice(0, 10).map((name) => `${name} is needed`));
  });
});
