import { describe, expect, test } from 'vitest';
import { accountEndpoint, enkashUrl, isLoopback, tokenEndpoint, tokenOrigin } from '../../lib/enkash-url.ts';

const parse = (text: string) => enkashUrl.safeParse(text);
const messageOf = (text: string) =>
  parse(text)
    .error?.issues.map(({ message }) => message)
    .join();

describe('the URL of an EnKash stage', () => {
  test.each([
    ['https://a.example', 'https://a.example'],
    ['https://A.example:443/Uat/', 'https://a.example/Uat'],
    ['https://a.example?', 'https://a.example'],
    ['https://a.example/oauth', 'https://a.example/oauth'],
    ['https://a.example/my-oauth/token', 'https://a.example/my-oauth/token'],
    ['http://127.0.0.1:8080/', 'http://127.0.0.1:8080'],
    ['http://localhost:1/x', 'http://localhost:1/x'],
    ['http://[::1]:1', 'http://[::1]:1'],
  ])('%s is taken as %s', (text, url) => {
    expect(parse(text).data).toBe(url);
  });

  test.each([
    tokenEndpoint,
    `${tokenEndpoint}/`,
    '/OAuth/Token//',
    accountEndpoint,
    `${accountEndpoint.toUpperCase()}/`,
    `${tokenEndpoint}${tokenEndpoint}`,
  ])('is refused when it ends in the endpoint %s, and the right one is named', (path) => {
    expect(messageOf(`https://a.example${path}`)).toMatch(
      /ends in the path of an endpoint.*must be https:\/\/a\.example$/,
    );
    expect(messageOf(`https://a.example/Uat${path}`)).toMatch(/must be https:\/\/a\.example\/Uat$/);
  });

  test.each([
    'canary',
    'http://canary.example',
    'http://127.0.0.1.canary.example',
    'ftp://canary.example',
    'https://canary@a.example',
    'https://:canary@a.example',
    'https://a.example?canary',
    'https://a.example/oauth/token?canary=1',
    'https://a.example#canary',
  ])('%s is refused without being quoted', (text) => {
    expect(messageOf(text)).toMatch(/^must be an https:\/\/ origin/);
    expect(messageOf(text)).not.toContain('canary');
  });
});

describe('the origin of a token URL', () => {
  const sameHost = ['https://A.example', 'https://a.example./', 'https://a.example:443//', ' https://a.EXAMPLE./uat'];
  test.each(sameHost)('is one for all spellings, and whatever path follows: %s', (text) => {
    expect(tokenOrigin(text)).toBe('https://a.example');
  });

  const otherHosts = ['https://a.example.:8443/uat', 'http://a.example', 'https://a.example.in'];
  test('keeps protocol, host and port apart', () => {
    expect(new Set(['https://a.example', ...otherHosts].map(tokenOrigin))).toHaveLength(4);
    expect(tokenOrigin('https://a.example.:8443/uat')).toBe('https://a.example:8443');
  });

  test('is none for what is no URL', () => {
    expect(tokenOrigin('FILL-ME')).toBeUndefined();
  });
});

test('a loopback address is the machine itself, by name or number', () => {
  expect(['http://127.0.0.1:1', 'http://localhost', 'http://[::1]:1/x'].every(isLoopback)).toBe(true);
  expect(['https://127.0.0.1.example', 'https://a.example', ''].some(isLoopback)).toBe(false);
});
