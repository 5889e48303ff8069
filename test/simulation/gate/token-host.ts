import type { TransportRequest, TransportResult } from '../../../lib/enkash/transport.ts';
import type { Clock, Random } from '../../rigs/gate-clock.ts';
import type { CardApi } from './card-api.ts';
import type { Attempt, Ledger } from './ledger.ts';
import { controlAnswer, grant, refusals, toResult, turnedAway } from './replies.ts';
import type { LoginFaults, World } from './world.ts';

export const calmLogin: LoginFaults = {
  latencyMs: [120, 400],
  notSent: 0,
  turnedAway: 0,
  edge: 0,
  edgeReplies: [],
  edgeProcessed: 1,
  requestLost: 0,
  replyLost: 0,
};

/** Whoever sends: the process's id, and whether it runs. */
export type Sender = { readonly owner: string; readonly awake: () => boolean };

/** What becomes of one request on its way, drawn before it is sent. */
type Fate = 'not-sent' | 'turned-away' | 'edge' | 'edge-unprocessed' | 'request-lost' | 'reply-lost' | 'answered';

/** EnKash's token host and the edge in front of it. It gets what the transport would write, and answers what the transport would hand over. */
export function createTokenHost(
  clock: Clock,
  random: Random,
  world: Pick<World, 'breakConcurrent'>,
  faults: () => LoginFaults,
  ledger: Ledger,
  api: CardApi,
) {
  let collided = false;

  function draw(fault: LoginFaults): Fate {
    if (random.chance(fault.notSent)) return 'not-sent';
    if (random.chance(fault.turnedAway)) return 'turned-away';
    if (random.chance(fault.edge)) return random.chance(fault.edgeProcessed) ? 'edge' : 'edge-unprocessed';
    if (random.chance(fault.requestLost)) return 'request-lost';
    return random.chance(fault.replyLost) ? 'reply-lost' : 'answered';
  }

  const pick = <T>(from: readonly T[]): T => {
    const chosen = from[Math.floor(random() * from.length)];
    if (chosen === undefined) throw new Error('nothing to pick from');
    return chosen;
  };

  /** EnKash works on the login, whether or not anybody still waits for its answer. */
  async function process(attempt: Attempt, latencyMs: number): Promise<TransportResult> {
    const together = ledger.begin(attempt);
    collided ||= world.breakConcurrent && together > 1;
    await clock.sleep(latencyMs);
    const broken = collided;
    if (ledger.done(attempt) === 0) collided = false;
    if (broken) {
      api.revokeAll();
      return toResult({ status: 500, headers: { 'content-type': 'text/html' }, body: '<html></html>' });
    }
    if (!ledger.check(attempt)) return toResult(pick(refusals));
    const { text, leftMs } = api.issue(attempt.fields.username);
    return grant(Math.floor(random() * 3), text, leftMs, clock.now());
  }

  async function login(attempt: Attempt, callMs: number): Promise<TransportResult> {
    const fault = faults();
    const fate = draw(fault);
    const latency = random.between(...fault.latencyMs);
    if (fate === 'not-sent') return notSent(latency);
    ledger.sent(attempt);
    try {
      if (fate === 'turned-away') {
        await clock.sleep(Math.min(latency, callMs));
        return toResult(pick(turnedAway));
      }
      ledger.possible(attempt);
      const edge = fate === 'edge' || fate === 'edge-unprocessed' ? toResult(pick(fault.edgeReplies)) : undefined;
      const processed = fate !== 'request-lost' && fate !== 'edge-unprocessed';
      const answer = processed ? process(attempt, latency) : clock.sleep(latency);
      if (fate === 'request-lost' || fate === 'reply-lost' || latency >= callMs) {
        await clock.sleep(callMs);
        return { kind: 'failed', sent: true, why: 'timeout', reusedSocket: false };
      }
      const result = await answer;
      return edge ?? result ?? toResult(controlAnswer);
    } finally {
      ledger.ended(attempt);
    }
  }

  /** A login without its secrets: counts nothing, and meets the same trouble. */
  async function control(callMs: number): Promise<TransportResult> {
    const fault = faults();
    const fate = draw(fault);
    const latency = random.between(...fault.latencyMs);
    if (fate === 'not-sent') return notSent(latency);
    ledger.stats.controls += 1;
    if (fate === 'request-lost' || fate === 'reply-lost' || latency >= callMs) {
      await clock.sleep(callMs);
      return { kind: 'failed', sent: true, why: 'timeout', reusedSocket: false };
    }
    await clock.sleep(latency);
    if (fate === 'turned-away') return toResult(pick(turnedAway));
    if (fate === 'edge' || fate === 'edge-unprocessed') return toResult(pick(fault.edgeReplies));
    return toResult(controlAnswer);
  }

  async function notSent(latency: number): Promise<TransportResult> {
    await clock.sleep(Math.min(latency, 1_000));
    return { kind: 'failed', sent: false, why: 'connect', reusedSocket: false };
  }

  return (request: TransportRequest, { owner, awake }: Sender): Promise<TransportResult> => {
    const form = new URLSearchParams(request.body);
    const basic = /^Basic (.+)$/.exec(request.headers.authorization ?? '')?.[1];
    if (basic === undefined && !form.has('password')) return control(request.callMs);
    const [basicId = '', ...secret] = Buffer.from(basic ?? '', 'base64')
      .toString('utf8')
      .split(':');
    const fields = {
      basicId,
      basicSecret: secret.join(':'),
      username: form.get('username') ?? '',
      password: form.get('password') ?? '',
      clientId: form.get('clientId') ?? '',
    };
    return login({ owner, fields, awake: awake() }, request.callMs);
  };
}

export type TokenHost = ReturnType<typeof createTokenHost>;
