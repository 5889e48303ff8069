import fc from 'fast-check';
import { expect, test } from 'vitest';
import { describeProbe } from '../../../infra/commands/shared/probe-words.ts';
import { createCipher } from '../../../lib/enkash/cipher.ts';
import { UpstreamError } from '../../../lib/errors.ts';
import type { Exchange } from '../../../lib/operate/exchanges.ts';
import { probe } from '../../../lib/operate/probe.ts';
import { sandboxCredentials } from '../../local/enkash-sandbox.ts';

const credentials = { ...sandboxCredentials, versionId: 'v' };
const account = { partner: 'acme', companyId: 'CEKTEST001', cardAccountId: 'CATEST001' };
const cipher = createCipher(credentials);

/** Recognisable wherever it turns up: as a value, a key, a code or a header. */
const person = fc.constantFrom('Priya Zq7x', '9876543210', 'zq7x@example.com', '4111111111111111', 'Zq7x');
const seen = /zq7x|9876543210|4111111111111111/i;

const anything = fc.letrec((tie) => ({
  node: fc.oneof(
    { maxDepth: 4 },
    person,
    fc.constant(9876543210),
    fc.array(tie('node'), { maxLength: 3 }),
    fc.dictionary(
      fc.oneof(person, fc.constantFrom('payload', 'response_code', 'code', 'token', 'request')),
      tie('node'),
    ),
  ),
})).node;

const body = fc.oneof(
  anything.map((value) => JSON.stringify(value)),
  anything.map((value) => JSON.stringify(JSON.stringify(value))),
  anything.map((value) => JSON.stringify({ request: cipher.encrypt(JSON.stringify(value)) })),
  anything.map((value) => JSON.stringify({ response_code: 0, payload: JSON.stringify(value) })),
  person.map((name) => `<html><title>${name}</title></html>`),
);

const result = fc.record({
  kind: fc.constant('reply' as const),
  status: fc.constantFrom(200, 400, 401, 403, 500),
  contentType: fc.oneof(person, fc.constant('application/json')),
  retryAfter: fc.option(person, { nil: undefined }),
  headers: fc.record({ server: person, 'x-account': person }),
  body: body.map((text) => Buffer.from(text)),
});

test('shows no person and no secret, wherever a reply hides one', async () => {
  await fc.assert(
    fc.asyncProperty(result, result, async (login, read) => {
      const exchanges: Exchange[] = [
        { target: 'login', requestKeys: [], result: login, ms: 1 },
        { target: 'read', requestKeys: ['request'], result: read, ms: 1 },
      ];
      const readFull = () => Promise.reject(new UpstreamError('UPSTREAM_UNREADABLE', { step: 'json' }));
      const deps = {
        enkash: { readFull },
        exchanges,
        credentials: () => credentials,
        now: () => 0,
        stage: 'uat',
        apiHost: 'h',
        uncountedLoginReplies: [],
      };
      const report = await probe(account, deps);
      expect(JSON.stringify(report) + describeProbe(report, { named: '--stage uat' }).join('\n')).not.toMatch(seen);
    }),
    { numRuns: 1000 },
  );
});
