import { describe, expect, test } from 'vitest';
import { sendControl, sendLogin } from '../../../lib/enkash/token-request.ts';
import type { TransportRequest } from '../../../lib/enkash/transport.ts';
import { credentials, reply } from '../../rigs/enkash-sample.ts';

describe('sendLogin', () => {
  test('is one POST on a fresh socket: Basic client, password grant, camelCase clientId, 1 s to connect, 4 s in all', async () => {
    const sent: TransportRequest[] = [];
    const answer = reply({});
    const send = async (request: TransportRequest) => {
      sent.push(request);
      return answer;
    };
    expect(await sendLogin(send, 'https://token.example/uat/oauth/token', credentials, 17)).toBe(answer);
    expect(sent).toStrictEqual([
      {
        url: new URL('https://token.example/uat/oauth/token'),
        headers: {
          authorization: `Basic ${btoa('sample-basic-id-77e1:sample-basic-secret-0d5f')}`,
          'content-type': 'application/x-www-form-urlencoded',
        },
        body: 'username=sample-user-3391&password=sample-password-a94a8fe5&grant_type=password&clientId=sample-client-91bd',
        connectMs: 1_000,
        callMs: 4_000,
        freshSocket: true,
        sendBy: 17,
      },
    ]);
  });

  test('form-encodes a password with reserved characters, so that EnKash reads it back whole', async () => {
    const password = 'p&=+ %ü#';
    let body = '';
    const send = async (request: TransportRequest) => {
      body = request.body;
      return reply({});
    };
    await sendLogin(send, 'https://token.example/oauth/token', { ...credentials, password });
    expect(new URLSearchParams(body).get('password')).toBe(password);
  });
});

describe('sendControl', () => {
  test('is the same POST without anything that EnKash could count for a user or a client', async () => {
    const sent: TransportRequest[] = [];
    await sendControl(async (request) => {
      sent.push(request);
      return reply({});
    }, 'https://token.example/oauth/token');
    expect(sent).toStrictEqual([
      {
        url: new URL('https://token.example/oauth/token'),
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
        body: 'grant_type=password',
        connectMs: 1_000,
        callMs: 3_000,
        freshSocket: true,
      },
    ]);
  });
});
