import type { AccountKey } from '../account-key.ts';
import { ANSWER_MS } from '../budgets.ts';
import { isJsonObject, type JsonObject } from '../enkash/body.ts';
import type { EnkashClient } from '../enkash/client.ts';
import type { PartnerCredentials } from '../enkash/credentials.ts';
import { AppError, UpstreamError } from '../errors.ts';
import { judgeLogin } from '../login-gate/outcome.ts';
import type { Exchange } from './exchanges.ts';
import type { LoginReport, ProbeReport, ReadReport } from './probe-report.ts';
import { bodyOf, describeReply, openReply, parseJson } from './reply.ts';

export type ProbeDeps = {
  readonly enkash: Pick<EnkashClient, 'readFull'>;
  readonly exchanges: readonly Exchange[];
  /** The credentials that the read was sent with, once it was. */
  readonly credentials: () => PartnerCredentials | undefined;
  readonly now: () => number;
  readonly stage: string;
  readonly apiHost: string;
  /** Of the stage: what the gate does not count is not called a possible failure here. */
  readonly uncountedLoginReplies: readonly number[];
};

export type NamedAccount = AccountKey & { readonly partner: string };

/** One login, unless the fleet has a token, and one read. Never rejects for what EnKash or the gate answers. */
export async function probe(account: NamedAccount, deps: ProbeDeps): Promise<ProbeReport> {
  const started = deps.now();
  const result = await deps.enkash
    .readFull({ ...account, deadline: started + ANSWER_MS })
    .then(() => ({ code: 'OK' }), describeFailure);
  const login = deps.exchanges.find(({ target }) => target === 'login');
  const reads = deps.exchanges.filter(({ target }) => target === 'read');
  return {
    stage: deps.stage,
    apiHost: deps.apiHost,
    partner: account.partner,
    at: new Date(started).toISOString(),
    login: login ? describeLogin(login, deps) : null,
    reads: reads.map((exchange) => describeRead(exchange, deps.credentials())),
    result,
  };
}

function describeFailure(error: unknown): ProbeReport['result'] {
  if (!(error instanceof AppError)) throw error;
  const { step, paths } = error instanceof UpstreamError ? error.details : {};
  return {
    code: error.code,
    ...(error.reason === undefined ? {} : { reason: error.reason }),
    ...(step === undefined ? {} : { step }),
    ...(paths === undefined ? {} : { paths: [...paths] }),
  };
}

function describeLogin({ result, ms }: Exchange, { now, uncountedLoginReplies }: ProbeDeps): LoginReport {
  const value = parseJson(bodyOf(result));
  const outcome = judgeLogin(result, now(), uncountedLoginReplies);
  return {
    ...describeReply(result, ms, value),
    outcome: outcome.kind,
    variant: isJsonObject(value) ? variantOf(value) : 'none',
    statedLife: outcome.kind === 'accepted' ? lifeClass(outcome.statedLifeMs) : 'none',
  };
}

function variantOf(reply: JsonObject): string {
  if ('access_token' in reply) return 'access_token, expires_in (current pages)';
  if ('accessToken' in reply) return 'accessToken, expiresIn (api-8990264)';
  if ('token' in reply) return 'token, expiry (doc-855396)';
  return 'error' in reply ? 'OAuth2 error' : 'unknown';
}

/** The pages say 5 minutes and 86399 s; a class answers which. */
function lifeClass(ms: number | undefined): string {
  if (ms === undefined) return 'not stated';
  if (ms <= 0) return 'over already';
  if (ms <= 300_000) return 'up to 5 minutes';
  if (ms <= 3_600_000) return 'up to an hour';
  return ms <= 86_400_000 ? 'up to a day' : 'more than a day';
}

function describeRead({ result, ms, requestKeys }: Exchange, credentials: PartnerCredentials | undefined): ReadReport {
  const { encryption, stringified, value } = openReply(bodyOf(result), credentials);
  const account = withPayload(value);
  return {
    ...describeReply(result, ms, account),
    requestWas: requestKeys.includes('request') ? 'encrypted' : 'plain',
    encryption,
    stringified,
    ...describeEnvelope(value),
    requiredButMissing: missingOf(account),
  };
}

const required = [
  'availableBalance',
  'totalCards',
  'activeCards',
  'totalAllocationPoint',
  'totalRedemptionPoint',
  'currentMonthAllocationPoint',
  'currentMonthRedemptionPoint',
  'companyName',
  'companyId',
  'cardAccountId',
];

function missingOf(value: unknown): string[] {
  if (!isJsonObject(value)) return [];
  const account = isJsonObject(value.payload) ? value.payload : value;
  return 'cardAccountId' in account ? required.filter((key) => (account[key] ?? undefined) === undefined) : [];
}

/** A payload that is JSON in a text, opened. */
function withPayload(value: unknown): unknown {
  if (!isJsonObject(value) || typeof value.payload !== 'string') return value;
  const payload = parseJson(Buffer.from(value.payload));
  return isJsonObject(payload) ? { ...value, payload } : value;
}

function describeEnvelope(value: unknown): Pick<ReadReport, 'envelope' | 'resultCode' | 'payload'> {
  if (!isJsonObject(value)) return { envelope: 'none', resultCode: 'none', payload: 'none' };
  const key = ['response_code', 'code'].find((name) => name in value);
  return {
    envelope: key ?? 'none',
    resultCode: key === undefined ? 'none' : smallCode(value[key]),
    payload: payloadOf(value),
  };
}

/** Codes of the published lists have three digits; a longer one could be anything. */
function smallCode(code: unknown): number | string {
  const text = String(code);
  return /^-?\d{1,4}$/.test(text) ? Number(text) : 'another';
}

function payloadOf(value: JsonObject): string {
  if (!('payload' in value)) return 'cardAccountId' in value ? 'account at the root' : 'none';
  const { payload } = value;
  if (payload === null) return 'null';
  if (typeof payload !== 'string') return Array.isArray(payload) ? 'array' : `${typeof payload} under payload`;
  return isJsonObject(parseJson(Buffer.from(payload))) ? 'account as text under payload' : 'text under payload';
}
