import { type FetchSecret, type PartnerCredentials, parseSecret } from '../enkash/credentials.ts';
import { CredentialsError } from '../errors.ts';
import { loginIdOf, versionOf } from '../login-gate/content.ts';
import type { SecretView } from './answers.ts';

export type SecretReads = {
  readonly fetchSecret: FetchSecret;
  /** Partner name -> secret id or ARN. */
  readonly secretIds: Readonly<Record<string, string>>;
  readonly tokenUrl: string;
};

type Found = { readonly view: SecretView; readonly credentials: PartnerCredentials | undefined };

/** Whether the partners' secrets are filled and have the right form; nothing of them leaves, and no login is sent. */
export async function viewSecrets({ fetchSecret, secretIds, tokenUrl }: SecretReads, partners: readonly string[]) {
  const found = await Promise.all(
    partners.map((partner) => findSecret(partner, secretIds[partner] ?? '', fetchSecret)),
  );
  const logins = loginsOf(found, tokenUrl);
  return {
    secrets: found.map(({ view }) => view),
    // One count each at our gate, and nobody knows what EnKash locks.
    sharedClients: partnersWith('clientId', 'login', logins),
    // One token for both at our gate, sealed by what one of them alone knows.
    unequalSecrets: partnersWith('login', 'content', logins),
  };
}

async function findSecret(partner: string, secretId: string, fetchSecret: FetchSecret): Promise<Found> {
  const none = { fields: [], versionId: null, encryption: null, oddBasicSecret: false, pendingId: null };
  const failed = (problem: SecretView['problem'], more: Partial<SecretView> = {}): Found => ({
    view: { partner, ...none, problem, ...more },
    credentials: undefined,
  });
  try {
    const [current, pending] = await Promise.all([
      fetchSecret(secretId, { stage: 'AWSCURRENT' }),
      fetchSecret(secretId, { stage: 'AWSPENDING' }),
    ]);
    if (!current) return failed('absent');
    const { versionId } = current;
    const pendingId = pending?.versionId === versionId ? null : (pending?.versionId ?? null);
    const parsed = parse(current.text, versionId);
    if (parsed instanceof CredentialsError) {
      const problem = parsed.reason === 'not-filled' ? 'not-filled' : 'invalid';
      return failed(problem, { fields: [...parsed.fields], versionId, pendingId });
    }
    const { encryption, basicSecret } = parsed;
    const oddBasicSecret = !unreserved.test(basicSecret);
    return {
      view: { partner, problem: null, fields: [], versionId, encryption, oddBasicSecret, pendingId },
      credentials: parsed,
    };
  } catch {
    return failed('unreachable');
  }
}

/** RFC 6749 wants every other character of a client secret form-encoded before base64, and few servers decode it. */
const unreserved = /^[A-Za-z0-9._~-]*$/;

export function parse(text: string, versionId: string): PartnerCredentials | CredentialsError {
  try {
    return parseSecret(text, versionId);
  } catch (error) {
    if (error instanceof CredentialsError) return error;
    throw error;
  }
}

type Login = { readonly partner: string; readonly clientId: string; readonly login: string; readonly content: string };

function loginsOf(found: readonly Found[], tokenUrl: string): Login[] {
  return found.flatMap(({ view: { partner }, credentials }) =>
    credentials
      ? [
          {
            partner,
            clientId: credentials.clientId,
            login: loginIdOf(tokenUrl, credentials),
            content: versionOf(credentials).content,
          },
        ]
      : [],
  );
}

/** Partners whose `same` is one and whose `other` is not. */
function partnersWith(same: keyof Login, other: keyof Login, logins: readonly Login[]): string[][] {
  return [...Map.groupBy(logins, (login) => login[same]).values()]
    .filter((group) => new Set(group.map((login) => login[other])).size > 1)
    .map((group) => group.map(({ partner }) => partner));
}
