import type { AnyGateView, SecretView } from '../../../lib/operate/answers.ts';
import { type Finding, ok, warning, wrong } from './finding.ts';
import { type GateFacts, isOpen, nextAbout, saveSecret, waitsForSecret, whyUnreadable } from './gate-words.ts';

/** Whether the partner's secret is filled and has the right form, as `inspect` saw it. */
export function checkSecret(secret: SecretView, facts: GateFacts): Finding {
  const check = `secret of ${secret.partner}`;
  const save = saveSecret(facts, secret.partner);
  const fields = secret.fields.length > 0 ? `: ${secret.fields.join(', ')}` : '';
  switch (secret.problem) {
    case 'unreachable':
      return wrong(check, 'cannot be read', "Look at Secrets Manager, its key, and the rights of the function's role.");
    case 'absent':
      return wrong(check, 'is not there', `Deploy the stage, then fill the secret (infra/README.md, step 4): ${save}`);
    case 'not-filled':
      return wrong(
        check,
        'is not filled, it still holds its placeholder',
        `Fill it with what EnKash issued (infra/README.md, step 4): ${save}`,
      );
    case 'invalid':
      return wrong(check, `is not well-formed${fields}`, `${FORM} Save the corrected text as a new version: ${save}`);
    case null: {
      const words = `filled, well-formed, encryption ${secret.encryption}, version ${secret.versionId}${secret.pendingId === null ? '' : `, pending ${secret.pendingId}`}`;
      if (!secret.oddBasicSecret) return ok(check, words);
      return warning(
        check,
        `${words}; the Basic secret holds characters outside A-Z a-z 0-9 . _ ~ -`,
        'RFC 6749 wants them encoded, and servers differ. If the first login is refused, ask EnKash for a Basic secret without them.',
      );
    }
  }
}

const FORM =
  'It is JSON with partnerId, basicId, basicSecret, username, password, clientId, encryption (aes-128-ecb, aes-128-ecb-raw or off) and encryptionSecret; no white space around a value, no invisible character in it.';

/** Whether EnKash could lock more than the gate counts: users of one API client have a count each. */
export function checkSharedClients(sharedClients: readonly (readonly string[])[]): Finding[] {
  return sharedClients.map((partners) =>
    warning(
      `clientId of ${partners.join(', ')}`,
      'is the same for different users, and each has a gate of its own',
      'Ask EnKash whether refused logins lock the user or the API client. If the client: one user for all of them.',
    ),
  );
}

/** Whether partners of one EnKash user can use its one token: it is sealed by the secret that brought it. */
export function checkUnequalSecrets(unequal: readonly (readonly string[])[], facts: GateFacts): Finding[] {
  return unequal.map((partners) =>
    wrong(
      `secrets of ${partners.join(', ')}`,
      'are of one EnKash user and differ: a partner cannot use the token that another one brought, and waits for its end',
      `Make basicId, basicSecret, username, password and clientId equal, or keep one partner. With the right values in each FILE: ${partners.map((partner) => saveSecret(facts, partner)).join('; ')}`,
    ),
  );
}

/** What the gate is about to do, by its own verdict, without touching it. */
export function checkGate(view: AnyGateView, facts: GateFacts): Finding {
  const check = `login gate of ${view.partner}`;
  const next = nextAbout(view, facts);
  if (!view.readable) {
    const { reason } = view;
    return wrong(check, whyUnreadable(reason), waitsForSecret(reason) ? 'See the secret above.' : (next ?? ''));
  }
  const words = view.words.join('; ');
  const servesMeanwhile = isOpen(view) && view.count === 0 && view.secretProblem === null;
  if (next !== undefined) return (servesMeanwhile ? warning : wrong)(check, words, next);
  if (view.verdict.kind === 'wait' && view.verdict.why === 'backing-off') {
    return wrong(check, words, `Ask EnKash what answers there: ${view.evidence ?? 'nothing'}.`);
  }
  return ok(check, words);
}
