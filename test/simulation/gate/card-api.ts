import type { TransportRequest, TransportResult } from '../../../lib/enkash/transport.ts';
import type { Clock, Random } from '../../rigs/gate-clock.ts';
import { userKey } from './ledger.ts';
import { toResult } from './replies.ts';
import type { ApiFaults, World } from './world.ts';

const json = { 'content-type': 'application/json' };
/** A code that the stage lists among its `tokenRefusedCodes`. */
const TOKEN_REFUSED_CODE = 901;
/** A token is served until its end by the latest clock, a login of 4 s and a rounded second after EnKash's own, or until a 401. */
const GRACE_MS = 6_000;
const COMPANY = 'CEKTEST001';

export const accountOf = (index: number) => ({ companyId: COMPANY, cardAccountId: `CA${index}` });

const refusals: Record<ApiFaults['refusal'], TransportResult> = {
  'status-401': toResult({ status: 401, headers: json, body: '{"error":"invalid_token"}' }),
  'status-403-invalid-token': toResult({ status: 403, headers: json, body: '{"error":"invalid_token"}' }),
  'code-in-200': toResult({
    status: 200,
    headers: json,
    body: `{"response_code":${TOKEN_REFUSED_CODE},"response_message":"Failed","payload":"token"}`,
  }),
};

/** What tells tokens apart; the rest of a long one is zeros, and a hash of it for each call would cost more than the call. */
const nameOf = (token: string): string => `${token.slice(0, 24)} ${token.length}`;

/** EnKash's card API: tokens that begin and end, and accounts that answer 401 whatever the token is. */
export function createCardApi(
  clock: Clock,
  random: Random,
  world: Pick<World, 'token' | 'checks' | 'accounts'>,
  faults: () => ApiFaults,
  violate: (rule: string) => void,
) {
  const tokens = new Map<string, { readonly knownFrom: number; readonly until: number }>();
  const current = new Map<string, { readonly text: string; readonly until: number }>();
  const bodies = Array.from({ length: world.accounts }, (_, index) => Buffer.from(bodyOf(index)));
  const stats = { calls: 0 };
  let issued = 0;

  function accepts(token: string): boolean {
    const known = tokens.get(nameOf(token));
    const until = known?.until ?? 0;
    if (world.checks.life && until + GRACE_MS <= clock.now()) violate('a token was used long after its end');
    return known !== undefined && known.knownFrom <= clock.now() && clock.now() < until;
  }

  return {
    stats,
    /** A token for a login that succeeded. `leftMs`: the life that the reply states, if any. */
    issue(username: string): { readonly text: string; readonly leftMs: number | undefined } {
      const { lifeMs, sameToken, states, knownAfterMs, bytes } = world.token;
      const key = userKey(username);
      const held = current.get(key);
      const again = held && sameToken && held.until > clock.now() && tokens.has(nameOf(held.text));
      issued += 1;
      const text = again ? held.text : `token-${issued}-${Math.floor(random() * 1e9)}`.padEnd(bytes, '0');
      const until = again ? held.until : clock.now() + lifeMs;
      if (!again) {
        current.set(key, { text, until });
        tokens.set(nameOf(text), { knownFrom: clock.now() + knownAfterMs, until });
      }
      if (states === 'nothing') return { text, leftMs: undefined };
      return { text, leftMs: states === 'truth' ? Math.floor((until - clock.now()) / 1000) * 1000 : states };
    },
    revokeAll: () => tokens.clear(),
    async read(request: TransportRequest): Promise<TransportResult> {
      stats.calls += 1;
      const fault = faults();
      const token = (request.headers.authorization ?? '').replace(/^Bearer /, '');
      const index = Number(/"cardAccountId":"CA(\d+)"/.exec(request.body)?.[1]);
      await clock.sleep(random.between(...fault.latencyMs));
      const good = accepts(token) && index >= fault.refusedAccounts && !random.chance(fault.strange401);
      if (!good) return refusals[fault.refusal];
      const headers = json;
      const body = bodies[index] ?? Buffer.alloc(0);
      return { kind: 'reply', status: 200, contentType: json['content-type'], retryAfter: undefined, headers, body };
    },
  };
}

export type CardApi = ReturnType<typeof createCardApi>;

function bodyOf(index: number): string {
  const zero = { totalCards: 1, activeCards: 1, totalAllocationPoint: 0, totalRedemptionPoint: 0 };
  const payload = {
    ...accountOf(index),
    companyName: 'Test Rewards',
    availableBalance: 1_000,
    ...zero,
    currentMonthAllocationPoint: 0,
    currentMonthRedemptionPoint: 0,
  };
  return JSON.stringify({ response_code: 0, response_message: 'Success', payload });
}
