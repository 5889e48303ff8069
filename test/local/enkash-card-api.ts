import * as z from 'zod';
import type { AccountFields, AccountId, SandboxAccount } from './enkash-accounts.ts';
import { type EncryptionMode, sandboxDecrypt, sandboxEncrypt } from './enkash-cipher.ts';
import type { Fault } from './enkash-faults.ts';
import type { Credentials } from './enkash-login.ts';
import type { Exchange } from './http-server.ts';
import { practiceOf } from './practice.ts';

export type CardApiSettings = {
  encryption: EncryptionMode;
  /** Key of the encrypted reply; `request` on every page, `response` in common sense. */
  wrapper: 'request' | 'response';
  /** How often the reply's JSON is made a string before encryption. */
  stringify: 1 | 2;
  unknownAccount: '404' | 'business-failure';
};
export type CardReply = { readonly status: number; readonly text: string };

const requestSchema = z.object({ cardAccountId: z.string(), companyId: z.string() });
const wrappedSchema = z.strictObject({ request: z.base64() });
const failure = (status: number, message: string, code = status): CardReply => ({
  status,
  text: JSON.stringify({ response_code: code, response_message: 'Failure', payload: message }),
});
const keyOf = ({ companyId, cardAccountId }: AccountId) => `${companyId}/${cardAccountId}`;

/** EnKash's card account read: headers, token, cipher and envelope of enkash-api.md sections 1, 4 and 5. */
export function createCardApi(
  credentials: Credentials,
  settings: CardApiSettings,
  accounts: readonly SandboxAccount[],
  isValidToken: (token: string) => boolean,
) {
  const byId = new Map(accounts.map((account) => [keyOf(account), account]));
  const reads = new Map<string, number>();
  const counts = { apiCalls: 0, apiRefusedTokens: 0, apiSucceeded: 0 };

  /** The request's JSON, or undefined when it is not in the mode that the partner has. */
  function open(body: Buffer): unknown {
    try {
      const outer: unknown = JSON.parse(body.toString('utf8'));
      if (settings.encryption === 'off') return outer;
      const { request } = wrappedSchema.parse(outer);
      return JSON.parse(sandboxDecrypt(settings.encryption, credentials.encryptionSecret, request));
    } catch {
      return undefined;
    }
  }

  function seal(text: string, fault: Fault | undefined): string {
    const bent = fault?.kind === 'edit' ? fault.edit(text) : text;
    const plain = settings.stringify === 2 ? JSON.stringify(bent) : bent;
    const broken = fault?.kind === 'cipher' ? fault.how : undefined;
    // A reply under a wrong key is encrypted even where the partner's mode is off: shape is recognised, not assumed.
    const mode = settings.encryption === 'off' && broken ? 'aes-128-ecb' : settings.encryption;
    if (mode === 'off') return plain;
    const secret = broken === 'wrong-key' ? 'another-secret-altogether' : credentials.encryptionSecret;
    const base64 = sandboxEncrypt(mode, secret, plain);
    const sent =
      broken === 'corrupted' ? `${base64.slice(0, 40)}${base64[40] === 'A' ? 'B' : 'A'}${base64.slice(41)}` : base64;
    return JSON.stringify({ [settings.wrapper]: sent });
  }

  function objection({ headers }: Exchange): CardReply | undefined {
    const { authorization = '', partnerid, 'content-type': type } = headers;
    const token = /^Bearer (.+)$/.exec(authorization)?.[1];
    if (!token || !isValidToken(token)) {
      counts.apiRefusedTokens += 1;
      return {
        status: 401,
        text: JSON.stringify({ error: 'invalid_token', error_description: 'Invalid access token' }),
      };
    }
    if (partnerid !== credentials.partnerId) return failure(403, 'Partner is not known');
    if (!type?.startsWith('application/json')) return failure(400, 'Content-Type is not JSON');
    return undefined;
  }

  function answer(exchange: Exchange, fault?: Fault): CardReply {
    counts.apiCalls += 1;
    const refused = objection(exchange);
    if (refused) return refused;
    const opened = open(exchange.body);
    if (opened === undefined) return failure(422, 'Invalid encrypted request');
    const id = requestSchema.safeParse(opened);
    if (!id.success) return failure(400, 'cardAccountId and companyId are required');
    const account = byId.get(keyOf(id.data));
    if (!account && settings.unknownAccount === '404') return failure(404, 'Card account not found');
    if (account) counts.apiSucceeded += 1;
    return { status: 200, text: seal(JSON.stringify(account ? envelope(practised(account)) : notFound), fault) };
  }

  /** With the balance that its practice has by now. */
  function practised(account: SandboxAccount): SandboxAccount {
    const balance = practiceOf(account)?.balance;
    if (balance === undefined) return account;
    const read = reads.get(account.cardAccountId) ?? 0;
    reads.set(account.cardAccountId, read + 1);
    return { ...account, fields: { ...account.fields, availableBalance: balance(read) } };
  }

  /** What the account of a request always does; undefined for a usual one, and where the request cannot be read. */
  const practiceFor = ({ body }: Exchange) => {
    const id = requestSchema.safeParse(open(body));
    return id.success ? practiceOf(id.data) : undefined;
  };

  function change({ companyId, cardAccountId, ...balances }: AccountId & AccountFields): void {
    const account = byId.get(keyOf({ companyId, cardAccountId }));
    if (!account) return;
    byId.set(keyOf(account), { ...account, fields: { ...account.fields, ...balances } });
  }

  return {
    answer,
    practiceFor,
    change,
    /** A call that a fault answered. */
    countSpoilt: () => {
      counts.apiCalls += 1;
    },
    stats: () => ({ ...counts }),
  };
}

const notFound = { response_code: 1, response_message: 'Failure', payload: 'Card account not found' };
const envelope = ({ atRoot, fields }: SandboxAccount) =>
  atRoot ? fields : { response_code: 0, response_message: 'Success', payload: fields };
