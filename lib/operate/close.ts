import { CredentialsError } from '../errors.ts';
import { loginIdOf, shortId } from '../login-gate/content.ts';
import { type CloseResult, close } from '../login-gate/operator.ts';
import { statusOf } from '../login-gate/status.ts';
import type { Answer } from './answers.ts';
import { readable } from './reading.ts';
import type { RotationDeps } from './rotation.ts';
import { parse } from './secrets.ts';

/** What is told of several gates: the first of these that one of them came to. */
const gravest: readonly CloseResult[] = ['login-under-way', 'busy', 'closed', 'not-open'];

/**
 * Closes every login that the partner's secret or pointer names. After a table was restored, any of them may log in by itself:
 * AWSCURRENT's, the one of the last token, which may serve in its place, AWSPREVIOUS's, and AWSPENDING's, which `rotate` tries.
 * @throws Unreadable
 */
export async function closeAll(deps: RotationDeps, partner: string): Promise<Answer<'close'>> {
  const { gate } = deps;
  const logins = await readable(loginsOf(deps, partner));
  const results: { readonly loginId: string; readonly result: CloseResult }[] = [];
  for (const loginId of logins) results.push({ loginId, result: await close(gate.store, { loginId }, gate.now()) });
  const outcome = gravest.find((each) => results.some(({ result }) => result === each)) ?? 'not-open';
  const named = results.filter(({ result }) => result === outcome).map(({ loginId }) => shortId(loginId));
  return { action: 'close', outcome, login: named.join(', ') };
}

async function loginsOf({ gate, fetchSecret, secretIds }: RotationDeps, partner: string): Promise<Set<string>> {
  const { loginId } = await statusOf(gate, partner);
  const pointed = await gate.store.readPointer(partner);
  const logins = new Set([loginId, ...(pointed ? [pointed.loginId] : [])]);
  for (const stage of ['AWSPREVIOUS', 'AWSPENDING'] as const) {
    const found = await fetchSecret(secretIds[partner] ?? '', { stage });
    const credentials = found && parse(found.text, found.versionId);
    if (credentials && !(credentials instanceof CredentialsError)) logins.add(loginIdOf(gate.tokenUrl, credentials));
  }
  return logins;
}
