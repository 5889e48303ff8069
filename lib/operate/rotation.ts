import { LOGIN_SECRET_MS } from '../budgets.ts';
import type { FetchSecret, PartnerCredentials } from '../enkash/credentials.ts';
import { CredentialsError } from '../errors.ts';
import { loginIdOf, versionOf } from '../login-gate/content.ts';
import type { LoginGateDeps } from '../login-gate/memory.ts';
import { tryPending, wasLast } from '../login-gate/trial.ts';
import type { Answer } from './answers.ts';
import type { PromoteEvent, TryPendingEvent } from './events.ts';
import { readable, Unreadable } from './reading.ts';
import { parse } from './secrets.ts';

export type RotationDeps = {
  readonly gate: LoginGateDeps;
  readonly fetchSecret: FetchSecret;
  readonly secretIds: Readonly<Record<string, string>>;
  /** Makes the pending version current, the current one previous. Rejects when another became current meanwhile. */
  readonly moveCurrent: (secretId: string, pendingId: string, currentId: string) => Promise<void>;
  /** Takes the label AWSPENDING off a version. */
  readonly clearPending: (secretId: string, pendingId: string) => Promise<void>;
};

/** At most one login with the pending version, through the gate; promotes nothing. @throws Unreadable */
export async function tryPendingVersion(
  { gate, fetchSecret, secretIds }: RotationDeps,
  { partner, pendingId }: TryPendingEvent,
): Promise<Answer<'try-pending'>> {
  const action = 'try-pending';
  const secretId = secretIds[partner] ?? '';
  const selector = pendingId === undefined ? ({ stage: 'AWSPENDING' } as const) : { versionId: pendingId };
  const look = () => readSecret(fetchSecret(secretId, { stage: 'AWSCURRENT' }), fetchSecret(secretId, selector));
  let [current, pending] = await look();
  if (!pending && pendingId !== undefined) {
    // It was saved a moment ago, and Secrets Manager may tell of it late.
    await gate.sleep(LOGIN_SECRET_MS);
    [current, pending] = await look();
  }
  if (!current) return { action, outcome: 'no-current' };
  if (!pending || pending.versionId === current.versionId) return { action, outcome: 'no-pending' };
  const ids = { pendingId: pending.versionId, currentId: current.versionId };
  const credentials = parse(pending.text, pending.versionId);
  if (credentials instanceof CredentialsError) {
    const outcome = credentials.reason === 'not-filled' ? 'not-filled' : 'invalid';
    return { action, outcome, ...ids, fields: [...credentials.fields] };
  }
  if (isSame(credentials, parse(current.text, current.versionId))) {
    return { action, outcome: 'same-as-current', ...ids };
  }
  const trial = await tryPending(gate, partner, credentials);
  if (trial.kind === 'not-tried') return { action, outcome: trial.why, ...ids };
  const failures = trial.kind === 'failed' && trial.failures !== undefined ? { failures: trial.failures } : {};
  return { action, outcome: trial.kind, ...ids, ...failures };
}

type Fetched = ReturnType<FetchSecret>;

/** @throws Unreadable where Secrets Manager cannot be asked */
async function readSecret(current: Fetched, other: Fetched): Promise<[Awaited<Fetched>, Awaited<Fetched>]> {
  try {
    return await Promise.all([current, other]);
  } catch {
    throw new Unreadable('unreachable');
  }
}

/** Whether a login and every read would say the same thing again. */
function isSame(pending: PartnerCredentials, current: PartnerCredentials | CredentialsError): boolean {
  if (current instanceof CredentialsError) return false;
  const keys = Object.keys({ ...pending, ...current }).filter((key) => key !== 'versionId');
  return keys.every((key) => Reflect.get(pending, key) === Reflect.get(current, key));
}

/** Makes a pending version current that a login has succeeded with, and no other. @throws Unreadable */
export async function promote(
  { gate, fetchSecret, secretIds, moveCurrent, clearPending }: RotationDeps,
  { partner, pendingId, currentId }: PromoteEvent,
): Promise<Answer<'promote'>> {
  const action = 'promote';
  const secretId = secretIds[partner] ?? '';
  const [current, version] = await readSecret(
    fetchSecret(secretId, { stage: 'AWSCURRENT' }),
    fetchSecret(secretId, { versionId: pendingId }),
  );
  const clear = () => clearPending(secretId, pendingId).catch(() => undefined);
  if (current?.versionId === pendingId) {
    await clear();
    return { action, outcome: 'already-current' };
  }
  if (!version || current?.versionId !== currentId) return { action, outcome: 'changed' };
  const credentials = parse(version.text, pendingId);
  if (credentials instanceof CredentialsError) return { action, outcome: 'not-tested' };
  const item = await readable(gate.store.read(loginIdOf(gate.tokenUrl, credentials)));
  if (!item || !wasLast(item, versionOf(credentials).content)) return { action, outcome: 'not-tested' };
  try {
    await moveCurrent(secretId, pendingId, currentId);
  } catch {
    // Its reply may have been lost: what is current a moment later says whether it was carried out.
    await gate.sleep(LOGIN_SECRET_MS);
    const now = await fetchSecret(secretId, { stage: 'AWSCURRENT' });
    if (now?.versionId !== pendingId) return { action, outcome: 'not-moved' };
  }
  await clear();
  return { action, outcome: 'promoted' };
}
