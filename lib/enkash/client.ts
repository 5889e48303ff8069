import type { CardAccount } from '../account/account.ts';
import type { FullAccount } from '../account/full-view.ts';
import type { AccountKey } from '../account-key.ts';
import { AppError, type ErrorCode, UpstreamError } from '../errors.ts';
import type { JsonObject } from './body.ts';
import { createBreaker } from './breaker.ts';
import { createCipher } from './cipher.ts';
import { type Judgement, judgeReply } from './judge.ts';
import { createPost } from './post.ts';
import type { Session, SessionSource, TokenVerdict } from './session.ts';
import { toCardAccount } from './to-account.ts';
import type { Send, TransportResult } from './transport.ts';
import { type Parsed, parseFull, parseSummary } from './wire.ts';

export type ReadRequest = AccountKey & {
  readonly partner: string;
  /** Epoch ms by which the answer must be there. */
  readonly deadline: number;
};

/** An account as EnKash stated it at `observedAt` (epoch ms, when the reply had arrived). */
export type Reading<T> = { readonly account: T; readonly observedAt: number };

export type EnkashClient = {
  /** Start-up: what is known of the partners' logins is read, and a connection opened. Never logs in, never rejects. */
  prepare(partners: readonly string[]): Promise<void>;
  readSummary(request: ReadRequest): Promise<Reading<CardAccount>>;
  readFull(request: ReadRequest): Promise<Reading<FullAccount>>;
};

export type EnkashClientDeps = {
  readonly send: Send;
  readonly preconnect: (url: URL) => Promise<void>;
  readonly sessions: SessionSource;
  /** The endpoint's whole URL. */
  readonly accountUrl: string;
  readonly notFoundCodes: readonly number[];
  /** @default 401 */
  readonly tokenRefusedCodes?: readonly number[];
  readonly now: () => number;
  readonly sleep: (ms: number) => Promise<void>;
  readonly random: () => number;
  /** Told of every call's end; `outcome` is OK, token-refused, or the reason or code of the failure. */
  readonly onCall: (partner: string, outcome: string, durationMs: number) => void;
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
  const post = createPost(url, deps);

  async function read<T>(
    request: ReadRequest,
    parse: (payload: JsonObject, asked: AccountKey) => Parsed<T>,
  ): Promise<Reading<T>> {
    const waitMs = breaker.waitMs();
    if (waitMs > 0) {
      throw new UpstreamError('UPSTREAM_UNAVAILABLE', {
        reason: 'circuit-open',
        retryAfterSeconds: Math.ceil(waitMs / 1000),
      });
    }
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
        throw new UpstreamError('UPSTREAM_UNAVAILABLE', {
          reason: 'token-refused',
          upstreamStatus: 401,
          retryAfterSeconds: 1,
        });
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

  async function call<T>(
    { partner, companyId, cardAccountId, deadline }: ReadRequest,
    session: Session,
    parse: (payload: JsonObject, asked: AccountKey) => T,
  ): Promise<Judgement<T>> {
    // Nothing is known of EnKash by a call that had no time: it is not sent, and the breaker does not hear of it.
    if (deps.now() >= deadline) throw new UpstreamError('UPSTREAM_TIMEOUT');
    const cipher = createCipher(session.credentials);
    const plaintext = JSON.stringify({ cardAccountId, companyId });
    const startedAt = deps.now();
    const headers = {
      partnerId: session.credentials.partnerId,
      authorization: `Bearer ${session.token}`,
      'content-type': 'application/json',
    };
    const body = cipher.encryptsRequests ? JSON.stringify({ request: cipher.encrypt(plaintext) }) : plaintext;
    const judge = (result: TransportResult) =>
      judgeReply(result, {
        cipher,
        notFoundCodes: deps.notFoundCodes,
        tokenRefusedCodes: deps.tokenRefusedCodes,
        now: deps.now(),
        read: (payload) => parse(payload, { companyId, cardAccountId }),
      });
    const reasonOf = (result: TransportResult): string | undefined => {
      const judgement = judge(result);
      return judgement.kind === 'failure' ? judgement.error.reason : undefined;
    };
    const judgement = judge(await post({ headers, body, deadline, reasonOf }));
    deps.onCall(partner, outcomeOf(judgement), deps.now() - startedAt);
    breaker.record(judgement.kind === 'failure' && isOutage(judgement.error));
    if (judgement.kind === 'payload' || (judgement.kind === 'failure' && judgement.tokenAccepted)) {
      await deps.sessions.accepted(partner, session, { companyId, cardAccountId });
    }
    return judgement;
  }

  async function told<T>({ partner }: ReadRequest, reading: Promise<T>): Promise<T> {
    try {
      return await reading;
    } catch (error) {
      if (error instanceof AppError) deps.onReadFailed?.(partner, error.code);
      throw error;
    }
  }

  return {
    async prepare(partners) {
      await Promise.all([deps.preconnect(url), ...partners.map((partner) => deps.sessions.preload(partner))]);
    },
    async readSummary(request) {
      const { account, observedAt } = await told(request, read(request, parseSummary));
      return { account: toCardAccount(account), observedAt };
    },
    async readFull(request) {
      const { account, observedAt } = await told(request, read(request, parseFull));
      const { summary, details, primaryCard } = account;
      return { account: { ...toCardAccount(summary), details, primaryCard }, observedAt };
    },
  };
}

function tokenVerdict(judgement: Judgement<unknown> | undefined): TokenVerdict {
  if (judgement?.kind === 'token-refused') return 'refused';
  return judgement?.kind === 'payload' || judgement?.tokenAccepted ? 'accepted' : 'unknown';
}

function outcomeOf(judgement: Judgement<unknown>): string {
  if (judgement.kind === 'payload') return 'OK';
  return judgement.kind === 'failure' ? kindOf(judgement.error) : judgement.kind;
}

/** The reason, or else what the status says more than the code: a 429 is ours to mend, a 5xx is EnKash's. */
function kindOf(error: AppError): string {
  if (error.reason !== undefined) return error.reason;
  const status = error instanceof UpstreamError ? error.details.upstreamStatus : undefined;
  if (status === 429) return 'rate-limited';
  return status !== undefined && status >= 500 ? 'server-error' : error.code;
}

/** A lack of sockets here says nothing of EnKash. */
function isOutage(error: AppError): boolean {
  if (error.reason === 'local') return false;
  return error.code === 'UPSTREAM_UNAVAILABLE' || error.code === 'UPSTREAM_TIMEOUT';
}
