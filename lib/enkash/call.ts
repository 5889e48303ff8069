import type { AccountKey } from '../account-key.ts';
import { type AppError, UpstreamError } from '../errors.ts';
import type { JsonObject } from './body.ts';
import type { Breaker } from './breaker.ts';
import { cipherOf } from './cipher.ts';
import { type Judgement, judgeReply } from './judge.ts';
import { createPost } from './post.ts';
import type { Session, SessionSource } from './session.ts';
import type { Send, TransportResult } from './transport.ts';

export type ReadRequest = AccountKey & {
  readonly partner: string;
  /** Epoch ms by which the answer must be there. */
  readonly deadline: number;
};

export type CallDeps = {
  readonly send: Send;
  readonly sessions: SessionSource;
  readonly notFoundCodes: readonly number[];
  /** @default 401 */
  readonly tokenRefusedCodes?: readonly number[];
  readonly now: () => number;
  readonly sleep: (ms: number) => Promise<void>;
  readonly random: () => number;
  /** Told of every call's end; `outcome` is OK, token-refused, or the reason or code of the failure. */
  readonly onCall: (partner: string, outcome: string, durationMs: number) => void;
};

/** One call of EnKash's endpoint with one token, judged; the breaker, the metrics and the session source hear what came of it. */
export function createCall(url: URL, deps: CallDeps, breaker: Breaker) {
  const post = createPost(url, deps);

  return async function call<T>(
    { partner, companyId, cardAccountId, deadline }: ReadRequest,
    session: Session,
    parse: (payload: JsonObject, asked: AccountKey) => T,
  ): Promise<Judgement<T>> {
    // A call without time left says nothing about EnKash: it is not sent, and the breaker does not hear of it.
    if (deps.now() >= deadline) throw new UpstreamError('UPSTREAM_TIMEOUT');
    const cipher = cipherOf(session.credentials);
    const plaintext = JSON.stringify({ cardAccountId, companyId });
    const startedAt = deps.now();
    const headers = {
      partnerId: session.credentials.partnerId,
      authorization: `Bearer ${session.token}`,
      'content-type': 'application/json',
    };
    const body = cipher.encryptsRequests ? JSON.stringify({ request: cipher.encrypt(plaintext) }) : plaintext;
    /** Each reply is judged once, whoever asks. */
    let judged: { readonly result: TransportResult; readonly judgement: Judgement<T> } | undefined;
    const judge = (result: TransportResult): Judgement<T> => {
      if (judged?.result === result) return judged.judgement;
      const judgement = judgeReply(result, {
        cipher,
        notFoundCodes: deps.notFoundCodes,
        tokenRefusedCodes: deps.tokenRefusedCodes,
        now: deps.now(),
        read: (payload) => parse(payload, { companyId, cardAccountId }),
      });
      judged = { result, judgement };
      return judgement;
    };
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
  };
}

function outcomeOf(judgement: Judgement<unknown>): string {
  if (judgement.kind === 'payload') return 'OK';
  return judgement.kind === 'failure' ? kindOf(judgement.error) : judgement.kind;
}

/** The reason, or else a word for the status, which tells more than the code: we mend a 429, EnKash a 5xx. */
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
