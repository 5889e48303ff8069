import type { TransportRequest, TransportResult } from '../../../lib/enkash/transport.ts';
import type { Clock, Random } from '../../rigs/gate-clock.ts';
import type { CardApi } from './card-api.ts';
import type { Attempt, Ledger } from './ledger.ts';
import { controlAnswer, grant, refusals, toResult, turnedAway } from './replies.ts';
import type { LoginFaults, LoginFields, World } from './world.ts';

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

/** What a token host is made of. */
type Parts = {
  readonly clock: Clock;
  readonly random: Random;
  readonly world: Pick<World, 'breakConcurrent'>;
  readonly faults: () => LoginFaults;
  readonly ledger: Ledger;
  readonly api: CardApi;
};

const timedOut: TransportResult = { kind: 'failed', sent: true, why: 'timeout', reusedSocket: false };
export const notConnected: TransportResult = { kind: 'failed', sent: false, why: 'connect', reusedSocket: false };

/** EnKash's token host and the edge in front of it. It gets what the transport would write, and answers what the transport would hand over. */
export function createTokenHost(parts: Parts): (request: TransportRequest, sender: Sender) => Promise<TransportResult> {
  const work = createWorker(parts);
  return (request, { owner, awake }) => {
    const fields = readLogin(request);
    if (!fields) return control(parts, request.callMs);
    return login(parts, work, { owner, fields, awake: awake() }, request.callMs);
  };
}

/** @returns undefined for a control request: a login without its secrets */
function readLogin({ headers, body }: TransportRequest): LoginFields | undefined {
  const form = new URLSearchParams(body);
  const basic = /^Basic (.+)$/.exec(headers.authorization ?? '')?.[1];
  if (basic === undefined && !form.has('password') && !form.has('username')) return undefined;
  const [basicId = '', ...secret] = Buffer.from(basic ?? '', 'base64')
    .toString('utf8')
    .split(':');
  return {
    basicId,
    basicSecret: secret.join(':'),
    username: form.get('username') ?? '',
    password: form.get('password') ?? '',
    clientId: form.get('clientId') ?? '',
  };
}

type Work = (attempt: Attempt, latencyMs: number) => Promise<TransportResult>;

/** EnKash works on a login, whether or not anybody still waits for its answer. */
function createWorker({ clock, random, world, ledger, api }: Parts): Work {
  let collided = false;
  return async (attempt, latencyMs) => {
    const together = ledger.begin(attempt);
    collided ||= world.breakConcurrent && together > 1;
    await clock.sleep(latencyMs);
    const broken = collided;
    if (ledger.done(attempt) === 0) collided = false;
    if (broken) {
      api.revokeAll();
      return toResult({ status: 500, headers: { 'content-type': 'text/html' }, body: '<html></html>' });
    }
    if (!ledger.check(attempt)) return toResult(pick(random, refusals));
    const { text, leftMs } = api.issue(attempt.fields.username);
    return grant(Math.floor(random() * 3), text, leftMs, clock.now());
  };
}

async function login(parts: Parts, work: Work, attempt: Attempt, callMs: number): Promise<TransportResult> {
  const { clock, random, ledger } = parts;
  const { fate, fault, latency } = draw(parts);
  if (fate === 'not-sent') return notSent(clock, latency);
  ledger.sent(attempt);
  try {
    if (fate === 'turned-away') {
      await clock.sleep(Math.min(latency, callMs));
      return toResult(pick(random, turnedAway));
    }
    ledger.possible(attempt);
    const byEdge = fate === 'edge' || fate === 'edge-unprocessed';
    const edge = byEdge ? toResult(pick(random, fault.edgeReplies)) : undefined;
    const processed = fate !== 'request-lost' && fate !== 'edge-unprocessed';
    const answer = processed ? work(attempt, latency) : clock.sleep(latency);
    if (fate === 'request-lost' || fate === 'reply-lost' || latency >= callMs) {
      await clock.sleep(callMs);
      return timedOut;
    }
    const result = await answer;
    if (!edge) ledger.told(attempt);
    return edge ?? result ?? timedOut;
  } finally {
    ledger.ended(attempt);
  }
}

/** Counts nothing, and meets the same trouble as a login. */
async function control(parts: Parts, callMs: number): Promise<TransportResult> {
  const { clock, random, ledger } = parts;
  const { fate, fault, latency } = draw(parts);
  if (fate === 'not-sent') return notSent(clock, latency);
  ledger.stats.controls += 1;
  if (fate === 'request-lost' || fate === 'reply-lost' || latency >= callMs) {
    await clock.sleep(callMs);
    return timedOut;
  }
  await clock.sleep(latency);
  if (fate === 'turned-away') return toResult(pick(random, turnedAway));
  if (fate === 'edge' || fate === 'edge-unprocessed') return toResult(pick(random, fault.edgeReplies));
  return toResult(controlAnswer);
}

async function notSent(clock: Clock, latency: number): Promise<TransportResult> {
  await clock.sleep(Math.min(latency, 1_000));
  return notConnected;
}

function draw({ random, faults }: Parts): { fate: Fate; fault: LoginFaults; latency: number } {
  const fault = faults();
  const fate = ((): Fate => {
    if (random.chance(fault.notSent)) return 'not-sent';
    if (random.chance(fault.turnedAway)) return 'turned-away';
    if (random.chance(fault.edge)) return random.chance(fault.edgeProcessed) ? 'edge' : 'edge-unprocessed';
    if (random.chance(fault.requestLost)) return 'request-lost';
    return random.chance(fault.replyLost) ? 'reply-lost' : 'answered';
  })();
  return { fate, fault, latency: random.between(...fault.latencyMs) };
}

function pick<T>(random: Random, from: readonly T[]): T {
  const chosen = from[Math.floor(random() * from.length)];
  if (chosen === undefined) throw new Error('nothing to pick from');
  return chosen;
}
