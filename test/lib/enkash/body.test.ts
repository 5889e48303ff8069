import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decodeText, decodeUtf8, isHtml, isJsonObject, parseObject, readRetryAfter } from '../../../lib/enkash/body.ts';

const deep = '['.repeat(20_000) + ']'.repeat(20_000);

describe('decodeUtf8', () => {
  test('drops a byte order mark', () => {
    expect(decodeUtf8(Buffer.from('\uFEFF{"a":1}'))).toBe('{"a":1}');
  });
  test.each([
    ['a lone continuation byte', [0x80]],
    ['a cut sequence', [0x7b, 0xe2, 0x82]],
    ['an overlong form', [0xc0, 0xaf]],
    ['a surrogate', [0xed, 0xa0, 0x80]],
    ['UTF-16', [0xff, 0xfe, 0x7b, 0x00]],
  ])('refuses %s', (_, bytes) => {
    expect(decodeUtf8(Uint8Array.from(bytes))).toBeUndefined();
  });
});

describe('decodeText', () => {
  const latin1 = Buffer.from('{"a":"é"}', 'latin1');
  const utf16 = Buffer.from('{"a":1}', 'utf16le');
  test.each([
    ['UTF-8, whatever the label says', Buffer.from('{"a":"é"}'), 'text/plain; charset=iso-8859-1', '{"a":"é"}'],
    ['the declared charset', latin1, 'application/json;charset="ISO-8859-1"', '{"a":"é"}'],
    ['UTF-16, though it is legal UTF-8', utf16, 'application/json; charset=utf-16le', '{"a":1}'],
    ['nothing without a label', latin1, 'application/json', undefined],
    ['nothing in a charset that nobody knows', latin1, 'application/json; charset=x-unknown', undefined],
    ['nothing where the label is wrong too', latin1, 'application/json; charset=utf-8', undefined],
  ])('reads %s', (_, bytes, contentType, text) => expect(decodeText(bytes, contentType)).toBe(text));
});

describe('parseObject', () => {
  test('reads an object', () => expect(parseObject('{"a":1}')).toStrictEqual({ a: 1 }));
  test('reads an object that was stringified twice', () =>
    expect(parseObject(JSON.stringify('{"a":1}'))).toStrictEqual({ a: 1 }));
  test.each(['', 'null', '1', 'true', '[]', '[{}]', '"text"', '"[]"', '{', '{"a":NaN}', JSON.stringify('"{}"')])(
    '%s is not an object',
    (text) => expect(parseObject(text)).toBeUndefined(),
  );
  test('20,000 deep arrays are not an object', () => expect(parseObject(deep)).toBeUndefined());
  test('an own key __proto__ does not become the prototype', () => {
    const object = parseObject('{"__proto__":{"polluted":true}}');
    expect(Object.getPrototypeOf(object)).toBe(Object.prototype);
    expect(Object({}).polluted).toBeUndefined();
  });
  test('any JSON value gives an object or undefined', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const read = parseObject(JSON.stringify(value));
        expect(read === undefined || isJsonObject(read)).toBe(true);
        if (isJsonObject(value)) expect(read).toEqual(JSON.parse(JSON.stringify(value)));
      }),
    );
  });
});

describe('isHtml', () => {
  test.each([
    ['text/html; charset=UTF-8', ''],
    ['application/xhtml', '<'],
    ['', '  \r\n<!DOCTYPE html>'],
    ['application/json', '<html>'],
  ])('%j with %j is a page', (type, body) => expect(isHtml(type, Buffer.from(body))).toBe(true));
  test.each([
    ['application/json', '{"page":"<html>"}'],
    ['', ''],
    ['text/htmlish', '{}'],
  ])('%j with %j is not', (type, body) => expect(isHtml(type, Buffer.from(body))).toBe(false));
});

describe('readRetryAfter', () => {
  const now = Date.parse('2026-01-01T00:00:00Z');
  test.each([
    ['0', 0],
    ['7', 7],
    ['3600', 3600],
    ['999999999', 3600],
    ['Thu, 01 Jan 2026 00:00:30 GMT', 30],
    ['Wed, 31 Dec 2025 23:59:00 GMT', 0],
    ['Fri, 02 Jan 2026 00:00:00 GMT', 3600],
    ['soon', undefined],
    ['-5', undefined],
    ['1.5', undefined],
    ['', undefined],
    [undefined, undefined],
  ])('%j is %j', (value, seconds) => expect(readRetryAfter(value, now)).toBe(seconds));

  test('any text gives whole seconds within an hour, or nothing', () => {
    fc.assert(
      fc.property(fc.string(), (value) => {
        const seconds = readRetryAfter(value, now);
        expect(seconds === undefined || (Number.isInteger(seconds) && seconds >= 0 && seconds <= 3600)).toBe(true);
      }),
    );
  });
});
