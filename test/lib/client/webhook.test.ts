import { Webhook } from 'standardwebhooks';
import { describe, expect, test } from 'vitest';
import { WebhookError } from '../../../lib/client/errors.ts';
import { verifyWebhook } from '../../../lib/client/webhook.ts';

const secret = `whsec_${Buffer.from('0123456789abcdef0123456789abcdef').toString('base64')}`;
const other = `whsec_${Buffer.from('another secret, another secret !').toString('base64')}`;
const at = Date.parse('2026-11-25T06:30:00Z');
const body = JSON.stringify({
  type: 'balance.low',
  timestamp: '2026-11-25T06:30:00Z',
  data: { title: 'Zahlung: ₹ 1' },
});
const id = 'e'.repeat(32);

/** As the specification's own library signs. */
function signed(text = body, { secrets = [secret], when = at } = {}): Record<string, string> {
  const signatures = secrets.map((one) => new Webhook(one).sign(id, new Date(when), text));
  return {
    'webhook-id': id,
    'webhook-timestamp': `${Math.floor(when / 1000)}`,
    'webhook-signature': signatures.join(' '),
  };
}
const verify = (more = {}) => verifyWebhook({ body, headers: signed(), secrets: secret, now: () => at, ...more });

describe('a webhook', () => {
  test('signed by the official library is accepted: as text, as bytes, with either form of headers', async () => {
    const accepted = { id, event: JSON.parse(body) };
    await expect(verify()).resolves.toEqual(accepted);
    await expect(verify({ body: Buffer.from(body) })).resolves.toEqual(accepted);
    await expect(verify({ headers: new Headers(signed()) })).resolves.toEqual(accepted);
    const shouted = Object.fromEntries(Object.entries(signed()).map(([name, value]) => [name.toUpperCase(), value]));
    await expect(verify({ headers: shouted })).resolves.toEqual(accepted);
  });

  test('is accepted while either side changes its secret', async () => {
    await expect(verify({ headers: signed(body, { secrets: [other, secret] }) })).resolves.toMatchObject({ id });
    await expect(verify({ secrets: [other, secret] })).resolves.toMatchObject({ id });
  });

  test.each([
    ['another secret', { secrets: other }, 'signature'],
    ['one byte changed', { body: body.replace('low', 'lox') }, 'signature'],
    ['another id', { headers: { ...signed(), 'webhook-id': 'f' } }, 'signature'],
    ['another time', { headers: { ...signed(), 'webhook-timestamp': `${at / 1000 + 1}` } }, 'signature'],
    ['a signature of another version', { headers: { ...signed(), 'webhook-signature': 'v1a,AAAA' } }, 'signature'],
    ['a signature that is no base64', { headers: { ...signed(), 'webhook-signature': 'v1,!' } }, 'signature'],
    ['an empty signature', { headers: { ...signed(), 'webhook-signature': 'v1,' } }, 'signature'],
    ['no signature', { headers: { ...signed(), 'webhook-signature': undefined } }, 'header'],
    ['no id', { headers: new Headers({ ...signed(), 'webhook-id': '' }) }, 'header'],
    ['a time that is no number', { headers: { ...signed(), 'webhook-timestamp': 'NaN' } }, 'timestamp'],
    ['a clock six minutes behind', { now: () => at - 360_000 }, 'timestamp'],
    ['a replay six minutes later', { now: () => at + 360_000 }, 'timestamp'],
    ['a body that is not JSON', { body: '{', headers: signed('{') }, 'body'],
  ])('with %s is refused', async (_, more, reason) => {
    const failure = verify(more);
    await expect(failure).rejects.toBeInstanceOf(WebhookError);
    await expect(failure).rejects.toMatchObject({ reason });
  });

  test('may be five minutes old or early', async () => {
    await expect(verify({ now: () => at + 299_000 })).resolves.toMatchObject({ id });
    await expect(verify({ now: () => at - 299_000 })).resolves.toMatchObject({ id });
  });

  test.each([[[]], ['whsec_'], ['whsec_§']])('is not judged at all with the secret %j', async (secrets) => {
    await expect(verify({ secrets })).rejects.toBeInstanceOf(TypeError);
  });
});
