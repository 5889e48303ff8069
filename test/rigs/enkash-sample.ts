import { type Cipher, createCipher } from '../../lib/enkash/cipher.ts';
import type { PartnerCredentials } from '../../lib/enkash/credentials.ts';
import type { TransportResult } from '../../lib/enkash/transport.ts';
import fixture from '../fixtures/card-account-get-success.json' with { type: 'json' };

/** Made-up credentials of one secret version. */
export const credentials: PartnerCredentials = {
  partnerId: 'sample-partner-2b8c',
  basicId: 'sample-basic-id-77e1',
  basicSecret: 'sample-basic-secret-0d5f',
  username: 'sample-user-3391',
  password: 'sample-password-a94a8fe5',
  clientId: 'sample-client-91bd',
  encryption: 'aes-128-ecb',
  encryptionSecret: 'sample-encryption-secret-ccb19ba6',
  versionId: 'v1',
};

export const cipher: Cipher = createCipher(credentials);
export const asked = { companyId: 'CEKTEST001', cardAccountId: 'CATEST001' };
/** The documented account, 68 keys. */
export const payload: Record<string, unknown> = fixture.payload;
export const success: Record<string, unknown> = fixture;

type Head = {
  readonly status?: number;
  readonly contentType?: string;
  readonly retryAfter?: string;
  readonly headers?: Readonly<Record<string, string>>;
};

/** A whole reply: bytes or text as they are, anything else as JSON. */
export function reply(
  body: unknown,
  { status = 200, contentType = 'application/json', retryAfter, headers = {} }: Head = {},
) {
  const bytes = Buffer.isBuffer(body) ? body : Buffer.from(typeof body === 'string' ? body : JSON.stringify(body));
  return { kind: 'reply', status, contentType, retryAfter, headers, body: bytes } as const satisfies TransportResult;
}

export const page = (status: number) =>
  reply('<!DOCTYPE html><html><body>cf-ray</body></html>', {
    status,
    contentType: 'text/html; charset=UTF-8',
    headers: { server: 'cloudflare', 'cf-ray': '0' },
  });

/** The reply's body as EnKash seals it. */
export const sealed = (body: unknown, wrapper = 'request', seal = cipher): string =>
  JSON.stringify({ [wrapper]: seal.encrypt(typeof body === 'string' ? body : JSON.stringify(body)) });

/** What `run` throws; fails when it throws nothing. */
export function thrownBy(run: () => unknown): unknown {
  try {
    run();
  } catch (error) {
    return error;
  }
  throw new Error('nothing was thrown');
}

/** What a promise is rejected with; fails when it is fulfilled. */
export async function rejectionOf(promise: Promise<unknown>): Promise<unknown> {
  const settled = await promise.then(
    () => ({ rejected: false }) as const,
    (error: unknown) => ({ rejected: true, error }) as const,
  );
  if (!settled.rejected) throw new Error('nothing was thrown');
  return settled.error;
}
