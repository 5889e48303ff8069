import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createCipher } from '../../../lib/enkash/cipher.ts';
import { openEnvelope, readRefusal } from '../../../lib/enkash/envelope.ts';
import { UpstreamError } from '../../../lib/errors.ts';
import { cipher, credentials, payload, sealed, success, thrownBy } from '../../rigs/enkash-sample.ts';

const of = (body: string | Uint8Array, contentType = 'application/json') => ({ body: Buffer.from(body), contentType });
const open = (body: string | Buffer, opener = cipher) => openEnvelope(of(body), opener);
const json = JSON.stringify;
const twice = (value: unknown): string => json(json(value));
const unreadable = (step: string) => ({
  name: 'UpstreamError',
  code: 'UPSTREAM_UNREADABLE',
  message: 'The reply of EnKash could not be read',
  details: { step },
});

describe('openEnvelope opens every success shape', () => {
  const rawCipher = createCipher({ ...credentials, encryption: 'aes-128-ecb-raw' });
  const codeAndMessage = { code: 0, message: 'Success', payload };
  const shapes: [string, string][] = [
    ['plain, as the endpoint page shows it', json(success)],
    ['plain, stringified twice', twice(success)],
    ['encrypted under `request`, as on every page', sealed(success)],
    ['encrypted under `response`', sealed(success, 'response')],
    ['encrypted, the result code beside it', json({ ...JSON.parse(sealed(success)), response_code: 0 })],
    ['encrypted, stringified twice', sealed(json(json(success)))],
    ['a stringified wrapper', json(sealed(success))],
    ['`code` and `message`, as sibling endpoints say', json(codeAndMessage)],
    ['`code` and `message`, encrypted', sealed(codeAndMessage)],
    ['the payload at the root, as the documented schema draws it', json(payload)],
    ['the payload at the root, encrypted', sealed(payload)],
    ['a payload that is JSON in a string', json({ ...success, payload: json(payload) })],
    ['a payload that is JSON in a string in a string', json({ ...success, payload: twice(payload) })],
    ['a result code that is digits in a string', json({ ...success, response_code: '0' })],
    ['a payload without any code', json({ payload })],
    ['a null response_code beside a code', json({ response_code: null, code: 0, payload })],
    ['with a byte order mark', `\uFEFF${json(success)}`],
  ];
  test.each(shapes)('%s', (_, body) => {
    expect(open(body)).toStrictEqual({ kind: 'success', payload });
  });

  test('encrypted in raw mode', () => {
    expect(open(sealed(success, 'request', rawCipher), rawCipher)).toStrictEqual({ kind: 'success', payload });
  });

  test('a plain reply to a partner whose requests are encrypted', () => {
    expect(open(json(success), cipher)).toMatchObject({ kind: 'success' });
  });

  test('an encrypted reply to a partner whose requests are plain', () => {
    const off = createCipher({ ...credentials, encryption: 'off' });
    expect(open(sealed(success), off)).toStrictEqual({ kind: 'success', payload });
  });
});

describe('openEnvelope reads every failure shape of enkash-api.md section 5', () => {
  const failures: [string, unknown, number][] = [
    [
      'a business failure: response_code 1, payload a plain string',
      { response_code: 1, response_message: 'Failure', payload: 'x' },
      1,
    ],
    ['the sibling endpoints: code 1 and message', { code: 1, message: 'Failure', payload: 'x' }, 1],
    ['403 API not enabled', { response_code: 403, response_message: 'API not enabled', payload: null }, 403],
    ['403 response encryption failed', { response_code: 403, response_message: 'Response encryption failed' }, 403],
    ['409 duplicate', { response_code: 409, response_message: 'Duplicate' }, 409],
    ['412 invalid company id', { response_code: 412, response_message: 'Invalid company id' }, 412],
    ['422 invalid encrypted request', { response_code: 422, response_message: 'Invalid encrypted request' }, 422],
    ['a failure whose payload is a whole account', { response_code: 1, payload }, 1],
    ['a failure beside an account at the root', { ...payload, code: 7 }, 7],
    ['a negative code', { code: -3 }, -3],
    ['digits in a string', { code: '422', message: 'x' }, 422],
    [
      'a code beside a text that looks like ciphertext',
      { response_code: 1, request: cipher.encrypt(json(success)) },
      1,
    ],
  ];
  test.each(failures)('%s', (_, body, code) => {
    expect(open(json(body))).toStrictEqual({ kind: 'failure', code });
    expect(open(sealed(body))).toStrictEqual({ kind: 'failure', code });
    expect(readRefusal(of(json(body)), cipher)).toStrictEqual({ code });
  });

  test('readRefusal says nothing about a page, a foreign JSON or rubbish', () => {
    const spring = { timestamp: '2026-01-01T00:00:00Z', status: 404, error: 'Not Found', path: '/api' };
    for (const body of [
      json(spring),
      json({ message: 'no Route matched' }),
      json({ code: 'x' }),
      '<html>',
      '',
      '\xff',
    ]) {
      expect(readRefusal(of(body), cipher)).toStrictEqual({});
    }
  });

  test("OAuth's own word for a dead token is heard in the open and under encryption", () => {
    const body = { error: 'invalid_token', error_description: 'Access token expired' };
    for (const text of [json(body), sealed(body)]) {
      expect(readRefusal(of(text), cipher)).toStrictEqual({ invalidToken: true });
      expect(open(text)).toStrictEqual({ kind: 'token-refused' });
    }
  });
});

describe('openEnvelope reads', () => {
  test.each([
    ['base64 in lines of 76', (text: string) => json({ request: cipher.encrypt(text).replace(/.{76}/g, '$&\r\n') })],
    ['base64 with a newline at its end', (text: string) => json({ request: `${cipher.encrypt(text)}\n` })],
  ])('%s', (_, seal) => {
    expect(open(seal(json(success)))).toMatchObject({ kind: 'success' });
  });

  test.each([
    ['iso-8859-1', 'latin1'],
    ['UTF-16LE', 'utf16le'],
  ] as const)('a reply in the charset that it declares, %s', (charset, encoding) => {
    const text = json({ ...success, payload: { ...payload, companyName: 'Caf\u00e9' } });
    const body = Buffer.from(text, encoding);
    const contentType = `application/json; charset="${charset}"`;
    expect(openEnvelope({ body, contentType }, cipher)).toMatchObject({ payload: { companyName: 'Caf\u00e9' } });
  });

  test('UTF-8 as UTF-8, whatever charset is declared', () => {
    const body = Buffer.from(json({ ...success, payload: { ...payload, companyName: 'Caf\u00e9' } }));
    const contentType = 'application/json; charset=ISO-8859-1';
    expect(openEnvelope({ body, contentType }, cipher)).toMatchObject({ payload: { companyName: 'Caf\u00e9' } });
  });
});

describe('openEnvelope names the step at which a reply is unreadable', () => {
  const notText = Buffer.from([0xff, 0xfe, 0x00, 0x7b]);
  const sealedBytes = (text: string): string => json({ request: cipher.encrypt(text) });
  const corrupted = json({ request: `${cipher.encrypt(json(success)).slice(0, -4)}AAA=` });
  const wrongKey = sealed(success, 'request', createCipher({ ...credentials, encryptionSecret: 'another' }));
  const broken: [string, string, string | Buffer][] = [
    ['utf8', 'bytes that are not UTF-8', notText],
    ['json', 'an empty body', ''],
    ['json', 'half a body', json(success).slice(0, 500)],
    ['json', 'a page', '<!DOCTYPE html><html></html>'],
    ['json', 'NaN', '{"response_code":0,"payload":{"availableBalance":NaN}}'],
    ['json', 'a bare array', json([success])],
    ['json', 'a text three times stringified', json(twice(success))],
    ['json', 'null', 'null'],
    ['json', '20,000 deep arrays', '['.repeat(20_000) + ']'.repeat(20_000)],
    ['decrypt', 'a corrupted ciphertext', corrupted],
    ['decrypt', 'another key', wrongKey],
    ['decrypt', 'a ciphertext that is not base64', json({ request: 'not base64 at all' })],
    ['decrypt', 'an empty ciphertext', json({ response: '' })],
    ['json', 'a ciphertext of plain words', sealedBytes('plain words')],
    ['json', 'a ciphertext of nothing', sealedBytes('')],
    ['envelope', 'a wrapper inside the wrapper', sealedBytes(sealed(success))],
    ['envelope', 'neither code, payload, account nor wrapper', '{}'],
    ['envelope', 'a wrapper that holds no text', json({ request: { a: 1 }, response: 1 })],
    ['envelope', 'success with a null payload', json({ ...success, payload: null })],
    ['envelope', 'success with an array payload', json({ ...success, payload: [payload] })],
    ['envelope', 'success with a plain string payload', json({ ...success, payload: 'Success' })],
    ['envelope', 'success with a number payload', json({ ...success, payload: 5 })],
    ['envelope', 'success without payload or account', json({ response_code: 0, response_message: 'Success' })],
    ['envelope', 'a code that is a word', json({ ...success, response_code: 'OK' })],
    ['envelope', 'a code that is a boolean', json({ ...success, response_code: true })],
    ['envelope', 'a code that is a fraction', json({ ...success, response_code: 0.5 })],
    ['envelope', 'a code that is an object', json({ ...success, response_code: {} })],
    ['envelope', 'a code that is a card number, which would be logged', json({ response_code: 4111111111111111 })],
    ['envelope', 'a code beyond exact integers', json({ ...success, response_code: 2 ** 60 })],
    ['envelope', 'only __proto__', '{"__proto__":{"payload":{"cardAccountId":"CATEST001"}}}'],
  ];
  test.each(broken)('%s: %s', (step, _, body) => {
    expect(thrownBy(() => open(body))).toMatchObject(unreadable(step));
  });

  test('decrypted bytes that are not text fail at utf8', () => {
    const binary = { ...cipher, decrypt: () => notText };
    expect(thrownBy(() => open(json({ request: 'AAAA' }), binary))).toMatchObject(unreadable('utf8'));
  });

  test('an error of the cipher that is not a failed decryption is not dressed up as one', () => {
    const defect = new TypeError('defect');
    const faulty = {
      ...cipher,
      decrypt: () => {
        throw defect;
      },
    };
    expect(thrownBy(() => open(json({ request: 'AAAA' }), faulty))).toBe(defect);
  });
});

describe('whatever arrives', () => {
  const key = fc.constantFrom(
    'response_code',
    'code',
    'payload',
    'request',
    'response',
    'cardAccountId',
    '__proto__',
    'toString',
    'x',
  );
  const leaf = fc.oneof(fc.jsonValue(), fc.constant(payload), fc.constant(cipher.encrypt(json(success))), fc.integer());
  const envelopeLike = fc.dictionary(key, leaf).map((body) => json(body));
  const body = fc.oneof(
    envelopeLike,
    fc.json(),
    envelopeLike.map((text) => json({ request: cipher.encrypt(text) })),
    fc.string({ unit: 'binary' }),
  );

  test('arbitrary JSON and text are opened, or refused as UPSTREAM_UNREADABLE with a step, never anything else', () => {
    fc.assert(
      fc.property(body, (text) => {
        try {
          const envelope = open(text);
          expect(['success', 'failure']).toContain(envelope.kind);
        } catch (error) {
          expect(error).toBeInstanceOf(UpstreamError);
          expect(error).toMatchObject({ code: 'UPSTREAM_UNREADABLE' });
          expect(['decrypt', 'utf8', 'json', 'envelope']).toContain(
            error instanceof UpstreamError && error.details.step,
          );
        }
      }),
      { numRuns: 3_000 },
    );
  });

  test('arbitrary bytes are refused or opened, never anything else', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        try {
          openEnvelope(of(bytes), cipher);
        } catch (error) {
          expect(error).toMatchObject({ code: 'UPSTREAM_UNREADABLE' });
        }
      }),
      { numRuns: 2_000 },
    );
  });
});
