import { describe, expect, test } from 'vitest';
import { isPublicAddress } from '../../../lib/webhooks/addresses.ts';
import { whyNoTarget } from '../../../lib/webhooks/target.ts';

describe('an address', () => {
  test.each(['8.8.8.8', '13.234.1.1', '2606:4700::1111', '2400:cb00::1'])('%s is public', (address) => {
    expect(isPublicAddress(address)).toBe(true);
  });

  test.each([
    ['loopback', ['127.0.0.1', '127.9.9.9', '::1']],
    ['private', ['10.0.0.1', '172.16.0.1', '172.31.255.255', '192.168.1.1', 'fc00::1', 'fd12::1', 'fec0::1']],
    ['link-local and cloud metadata', ['169.254.169.254', '169.254.170.2', 'fe80::1', 'fd00:ec2::254']],
    ['shared by carriers', ['100.64.0.1', '100.127.255.255']],
    ['unspecified or broadcast', ['0.0.0.0', '0.1.2.3', '255.255.255.255', '::']],
    ['multicast', ['224.0.0.1', 'ff02::1']],
    [
      'reserved or for documents',
      ['192.0.2.1', '198.51.100.1', '203.0.113.1', '198.18.0.1', '240.0.0.1', '2001:db8::1'],
    ],
    [
      'IPv4 in IPv6',
      ['::ffff:127.0.0.1', '::ffff:a00:1', '::127.0.0.1', '64:ff9b::7f00:1', '64:ff9b:1::a00:1', '2002:7f00:1::'],
    ],
    ['no address', ['', 'localhost', '1.2.3', '8.8.8.8.8']],
  ])('that is %s is not public', (_, addresses) => {
    expect(addresses.filter(isPublicAddress)).toEqual([]);
  });
});

describe('a webhook URL', () => {
  test.each(['https://hooks.example.com/cards?tenant=7', 'https://hooks.example.com:443/', 'https://8.8.8.8/hook'])(
    '%s may be a target',
    (url) => expect(whyNoTarget(url)).toBeUndefined(),
  );

  test.each([
    ['hooks.example.com', 'is not a URL'],
    ['http://hooks.example.com/', 'must be https'],
    ['file:///etc/passwd', 'must be https'],
    ['https://hooks.example.com:8443/', 'must be on port 443'],
    ['https://user:word@hooks.example.com/', 'must hold no user and no password'],
    ['https://hooks.example.com/#x', 'must hold no fragment'],
    ['https://localhost/', 'must be a public name'],
    ['https://intranet/', 'must be a public name'],
    ['https://metadata.google.internal/', 'must be a public name'],
    ['https://127.0.0.1/', 'must be a public address'],
    ['https://2130706433/', 'must be a public address'],
    ['https://0x7f.1/', 'must be a public address'],
    ['https://0251.0376.0251.0376/', 'must be a public address'],
    ['https://[::1]/', 'must be a public address'],
    ['https://[::ffff:169.254.169.254]/', 'must be a public address'],
  ])('%s may not: %s', (url, why) => expect(whyNoTarget(url)).toBe(why));
});
