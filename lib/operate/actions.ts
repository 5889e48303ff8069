import * as z from 'zod/mini';
import type { AccountKey } from '../account-key.ts';
import type { Erased, EraseOptions } from '../balances/erase.ts';
import { ERASE_RESERVE_MS } from '../budgets.ts';
import { describeUnexpected, type Log } from '../log.ts';
import { shortId } from '../login-gate/content.ts';
import type { LoginGateDeps } from '../login-gate/memory.ts';
import { open } from '../login-gate/operator.ts';
import { allowOne } from '../login-gate/permission.ts';
import { type GateReads, settledLogin, settledStatus } from '../login-gate/status.ts';
import type { Metric } from '../metrics.ts';
import type { Answer, AnyGateView, InspectAnswer, OperateAnswer } from './answers.ts';
import { type CoverageReads, viewCoverage, viewGate } from './checks.ts';
import { closeAll } from './close.ts';
import {
  type AllowOneEvent,
  type EraseEvent,
  type InspectEvent,
  inspectEvent,
  type OpenEvent,
  type OperateEvent,
  operateEvent,
  type ProbeEvent,
} from './events.ts';
import type { ProbeReport } from './probe-report.ts';
import { readable, Unreadable } from './reading.ts';
import { once, type RequestDeps } from './requests.ts';
import { promote, type RotationDeps, tryPendingVersion } from './rotation.ts';
import { type SecretReads, viewSecrets } from './secrets.ts';

type Telemetry = { readonly log: Log; readonly metric: Metric };

export type InspectDeps = Telemetry & {
  readonly gate: GateReads;
  readonly secrets: SecretReads;
  readonly coverage: CoverageReads;
};

/** Looks, and says what it sees: writes nothing, and never speaks to EnKash. The schedule's look alone moves the gauge. */
export async function inspect(deps: InspectDeps, event: unknown): Promise<InspectAnswer> {
  const parsed = z.safeParse(inspectEvent, event);
  if (!parsed.success) return { action: 'none', outcome: 'invalid-event', fields: fieldsOf(parsed.error) };
  const asked = parsed.data;
  const { gate, secrets, coverage } = deps;
  switch (asked.action) {
    case 'status': {
      const gates = await Promise.all(partnersOf(deps, asked).map((partner) => viewGate(gate, partner)));
      if (asked.gauge) for (const view of gates) gauge(deps, view);
      return { action: 'status', at: new Date(gate.now()).toISOString(), gates };
    }
    case 'coverage':
      return { action: 'coverage', ...(await viewCoverage(coverage, gate.now())) };
    case 'check-secret':
      return { action: 'check-secret', ...(await viewSecrets(secrets, partnersOf(deps, asked))) };
  }
}

function partnersOf(
  { secrets: { secretIds } }: InspectDeps,
  { partner }: Exclude<InspectEvent, { action: 'coverage' }>,
) {
  const all = Object.keys(secretIds);
  return partner === undefined ? all : all.filter((name) => name === partner);
}

/**
 * The gate's gauge. One that was never opened does not count as shut: on a new stage that is how it should be, and whoever
 * is turned away there counts in `GateClosed`.
 */
function gauge({ metric, log }: Telemetry, view: AnyGateView): void {
  const { partner } = view;
  if (!view.readable) {
    log('warn', 'gate-unreadable', { partner, reason: view.reason });
    return;
  }
  const { verdict, count } = view;
  const isShut = verdict.kind === 'closed' && verdict.reason !== 'never-opened';
  metric('GateShut', isShut ? 1 : 0, { partner });
  metric('GateFailures', count, { partner });
}

export type OperateDeps = Telemetry &
  RequestDeps &
  RotationDeps & {
    readonly gate: LoginGateDeps;
    /** At most one login through the gate, and one read. */
    readonly probe: (account: AccountKey & { readonly partner: string }) => Promise<ProbeReport>;
    /** Counts the rows of an account, or removes them. */
    readonly erase: (account: AccountKey, options: EraseOptions) => Promise<Erased>;
  };

/**
 * Acts for the operator, once for each request id. Whatever must be confirmed is checked here, not where it was typed.
 * @param deadline when Lambda ends the invocation, epoch ms
 */
export async function operate(deps: OperateDeps, event: unknown, deadline: number): Promise<OperateAnswer> {
  const parsed = z.safeParse(operateEvent, event);
  if (!parsed.success) return { action: 'none', outcome: 'invalid-event', fields: fieldsOf(parsed.error) };
  const asked = parsed.data;
  if ('partner' in asked && !Object.hasOwn(deps.secretIds, asked.partner)) {
    return { action: 'none', outcome: 'unknown-partner' };
  }
  return once(deps, asked, async () => {
    const answer = await act(deps, asked, deadline);
    const { action, requestId } = asked;
    const of = 'partner' in asked ? { partner: asked.partner } : accountIn(asked);
    deps.log('warn', 'operator', { requestId, route: action, outcome: answer.outcome, ...of });
    return answer;
  });
}

function accountIn({ companyId, cardAccountId }: AccountKey): AccountKey {
  return { companyId, cardAccountId };
}

/** What could not be read beforehand changed nothing; of a trouble after that nobody knows how far it got. */
async function act(deps: OperateDeps, event: OperateEvent, deadline: number): Promise<OperateAnswer> {
  try {
    return await carryOut(deps, event, deadline);
  } catch (error) {
    if (error instanceof Unreadable) return { action: 'none', outcome: 'unreadable', reason: error.reason };
    deps.log('error', 'operator', { requestId: event.requestId, ...describeUnexpected(error) });
    return { action: 'none', outcome: 'unknown' };
  }
}

async function carryOut(deps: OperateDeps, event: OperateEvent, deadline: number): Promise<OperateAnswer> {
  switch (event.action) {
    case 'open':
      return openOf(deps, event);
    case 'close':
      return closeAll(deps, event.partner);
    case 'allow-one':
      return allowOneOf(deps, event);
    case 'try-pending':
      return tryPendingVersion(deps, event);
    case 'promote':
      return promote(deps, event);
    case 'probe':
      return probeOf(deps, event);
    case 'erase':
      return eraseOf(deps, event, deadline);
  }
}

/** Somebody must have said what is known of the lock: that nobody ever tried, or that EnKash was asked. */
async function openOf({ gate }: OperateDeps, event: OpenEvent): Promise<Answer<'open'>> {
  const { partner, neverTried, unlockedByEnkash } = event;
  if (!neverTried && !unlockedByEnkash) return { action: 'open', outcome: 'needs-confirmation' };
  const { loginId, isAsShown } = await readable(settledLogin(gate, partner, event.loginId));
  const login = shortId(loginId);
  if (!isAsShown) return { action: 'open', outcome: 'changed', login };
  return { action: 'open', outcome: await open(gate.store, { loginId, neverTried }), login };
}

async function allowOneOf({ gate }: OperateDeps, event: AllowOneEvent): Promise<Answer<'allow-one'>> {
  const status = await readable(settledStatus(gate, event.partner));
  return { action: 'allow-one', outcome: await allowOne(gate, status, event) };
}

async function probeOf({ probe }: OperateDeps, event: ProbeEvent): Promise<Answer<'probe'>> {
  const { partner, companyId, cardAccountId } = event;
  return { action: 'probe', outcome: 'probed', report: await probe({ partner, companyId, cardAccountId }) };
}

async function eraseOf({ erase, now }: OperateDeps, event: EraseEvent, deadline: number): Promise<Answer<'erase'>> {
  const { dryRun, confirm, cardAccountId } = event;
  const action = 'erase';
  if (!dryRun && confirm !== cardAccountId) return { action, outcome: 'needs-confirmation', rows: 0, watched: false };
  const { rows, watched, complete } = await erase(accountIn(event), {
    dryRun,
    isOver: () => now() > deadline - ERASE_RESERVE_MS,
  });
  const counts = { rows, watched };
  if (!complete) return { action, outcome: 'unfinished', ...counts };
  if (rows === 0 && !watched) return { action, outcome: 'nothing', ...counts };
  return { action, outcome: dryRun ? 'counted' : 'erased', ...counts };
}

function fieldsOf({ issues }: z.core.$ZodError): string[] {
  const told = issues.map((issue) => {
    const at = issue.path.join('.') || 'event';
    // A key may be anything that was pasted.
    const keys = issue.code === 'unrecognized_keys' ? issue.keys.filter((key) => /^[A-Za-z]{1,40}$/.test(key)) : [];
    return keys.length === 0 ? `${at}: ${issue.message}` : `${at}: does not know ${keys.join(', ')}`;
  });
  return [...new Set(told)];
}
