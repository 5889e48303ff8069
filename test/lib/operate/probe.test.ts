import { expect, test } from 'vitest';
import { UpstreamError } from '../../../lib/errors.ts';
import { judgeLogin } from '../../../lib/login-gate/outcome.ts';
import type { Exchange } from '../../../lib/operate/exchanges.ts';
import { probe } from '../../../lib/operate/probe.ts';

const page = {
  kind: 'reply',
  status: 503,
  contentType: 'text/html',
  retryAfter: undefined,
  headers: {},
  body: Buffer.from('<html>busy</html>'),
} as const;
const login: Exchange = { target: 'login', requestKeys: [], result: page, ms: 1 };

test.each([[[]], [[503]]])(
  'a login is judged as the gate judges it, uncountedLoginReplies %j included',
  async (uncounted) => {
    const { login: seen } = await probe(
      { partner: 'acme', companyId: 'CEKTEST001', cardAccountId: 'CATEST001' },
      {
        enkash: { readFull: () => Promise.reject(new UpstreamError('UPSTREAM_UNAVAILABLE', {})) },
        exchanges: [login],
        credentials: () => undefined,
        now: () => 0,
        stage: 'uat',
        apiHost: 'h',
        uncountedLoginReplies: uncounted,
      },
    );
    expect(seen?.outcome).toBe(judgeLogin(page, 0, uncounted).kind);
    expect(seen?.outcome).toBe(uncounted.length > 0 ? 'turned-away' : 'possible');
  },
);
