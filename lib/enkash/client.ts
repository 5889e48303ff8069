import type { CardAccount } from '../account/account.ts';
import type { FullAccount } from '../account/full-view.ts';
import type { AccountKey } from '../account-key.ts';
import { AppError, type ErrorCode, UpstreamError, type UpstreamErrorOptions } from '../errors.ts';
import type { JsonObject } from './body.ts';
import { createBreaker } from './breaker.ts';
import { type CallDeps, createCall, type ReadRequest } from './call.ts';
import type { Judgement } from './judge.ts';
import type { TokenVerdict } from './session.ts';
import { toCardAccount } from './to-account.ts';
import { type Parsed, parseFull, parseSummary } from './wire.ts';

/** An account as EnKash stated it at `observedAt` (epoch ms, when the reply had arrived). */
export type Reading<T> = { readonly account: T; readonly observedAt: number };

export type EnkashClient = {
  /** Start-up: what is known of the partners' logins is read, and a connection opened. Never logs in, never rejects. */
  prepare(partners: readonly string[]): Promise<void>;
  readSummary(request: ReadRequest): Promise<Reading<CardAccount>>;
  readFull(request: ReadRequest): Promise<Reading<FullAccount>>;
};

export type EnkashClientDeps = CallDeps & {
  readonly preconnect: (url: URL) => Promise<void>;
  /** The endpoint's whole URL. */
  readonly accountUrl: string;
  /** Told of every read that came to nothing, whoever asked for it, with its code. */
  readonly onReadFailed?: (partner: string, code: ErrorCode) => void;
  /** Told how many amounts of a reply carried float noise. */
  readonly onResidues: (count: number) => void;
  /** Told which documented fields of a reply could not be read. */
  readonly onDropped?: (fields: readonly string[]) => void;
};

/** Calls of one read, a repeat and a control read included. */
const MAX_CALLS = 3;

/**
 * Reads card accounts from EnKash's "Get Card Account Details".
 * @throws AccountNotFoundError, UpstreamError, LoginBlockedError, CredentialsError; all before the deadline.
 */
export function createEnkashClient(deps: EnkashClientDeps): EnkashClient {
  const url = new URL(deps.accountUrl);
  const breaker = createBreaker(deps.now);
  const call = createCall(url, deps, breaker);

  async function read<T>(
    request: ReadRequest,
    parse: (payload: JsonObject, asked: AccountKey) => Parsed<T>,
  ): Promise<Reading<T>> {
    const waitMs = breaker.waitMs();
    if (waitMs > 0) throw unavailable({ reason: 'circuit-open', retryAfterSeconds: Math.ceil(waitMs / 1000) });
    const judgement = await callRenewing(request, parse);
    switch (judgement.kind) {
      case 'payload': {
        const { wire, residues, dropped } = judgement.payload;
        if (residues > 0) deps.onResidues(residues);
        if (dropped.length > 0) deps.onDropped?.(dropped);
        return { account: wire, observedAt: deps.now() };
      }
      case 'failure':
        throw judgement.error;
      case 'token-refused':
        throw unavailable({ reason: 'token-refused', upstreamStatus: 401, retryAfterSeconds: 1 });
    }
  }

  /** Calls, and where the token is refused, again with what the session source gives: at most three calls, its control read included. */
  async function callRenewing<T>(
    request: ReadRequest,
    parse: (payload: JsonObject, asked: AccountKey) => T,
  ): Promise<Judgement<T>> {
    const { partner, companyId, cardAccountId, deadline } = request;
    let session = await deps.sessions.get(partner, deadline);
    let repeated = false;
    let judgement = await call(request, session, parse);
    let calls = 1;
    const controlRead = async (account: AccountKey): Promise<TokenVerdict> => {
      calls += 1;
      return tokenVerdict(await call({ ...request, ...account }, session, parse).catch(() => undefined));
    };
    while (judgement.kind === 'token-refused' && calls < MAX_CALLS) {
      const refused = session;
      const account = { companyId, cardAccountId };
      session = await deps.sessions.renew({ partner, session, account, deadline, repeated, controlRead });
      repeated = session.token === refused.token;
      judgement = await call(request, session, parse);
      calls += 1;
    }
    return judgement;
  }

  return {
    async prepare(partners) {
      await Promise.all([deps.preconnect(url), ...partners.map((partner) => deps.sessions.preload(partner))]);
    },
    async readSummary(request) {
      const { account, observedAt } = await told(deps, request, read(request, parseSummary));
      return { account: toCardAccount(account), observedAt };
    },
    async readFull(request) {
      const { account, observedAt } = await told(deps, request, read(request, parseFull));
      const { summary, details, primaryCard } = account;
      return { account: { ...toCardAccount(summary), details, primaryCard }, observedAt };
    },
  };
}

async function told<T>({ onReadFailed }: EnkashClientDeps, { partner }: ReadRequest, reading: Promise<T>): Promise<T> {
  try {
    return await reading;
  } catch (error) {
    if (error instanceof AppError) onReadFailed?.(partner, error.code);
    throw error;
  }
}

function tokenVerdict(judgement: Judgement<unknown> | undefined): TokenVerdict {
  if (judgement?.kind === 'token-refused') return 'refused';
  return judgement?.kind === 'payload' || judgement?.tokenAccepted ? 'accepted' : 'unknown';
}

function unavailable(details: UpstreamErrorOptions): UpstreamError {
  return new UpstreamError('UPSTREAM_UNAVAILABLE', details);
}
