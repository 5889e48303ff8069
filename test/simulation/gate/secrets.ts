import type { FetchSecret } from '../../../lib/enkash/credentials.ts';
import { CredentialsError } from '../../../lib/errors.ts';
import type { Clock, Random } from '../../rigs/gate-clock.ts';
import type { LoginFields, PartnerSetup } from './world.ts';

type Version = { readonly fields: LoginFields; readonly text: string; readonly createdAt: number };

/** Secrets Manager: versions of each partner's secret, the last one current. Reads are eventually consistent where the world says so. */
export function createSecrets(
  clock: Clock,
  random: Random,
  partners: readonly PartnerSetup[],
  staleMs: number,
  down: () => boolean,
) {
  const start = clock.now();
  const histories = new Map<string, Version[]>(
    partners.map(({ name, login }) => [name, [versionOf(login, start - 86_400_000)]]),
  );
  const historyOf = (partner: string): Version[] => histories.get(partner) ?? [];

  /** How many versions a read sees: a label that moved a moment ago may still be where it was. */
  function visible(versions: readonly Version[]): number {
    const last = versions.at(-1);
    const young = last !== undefined && versions.length > 1 && clock.now() - last.createdAt < staleMs;
    return young && random.chance(0.5) ? versions.length - 1 : versions.length;
  }

  const fetchSecret: FetchSecret = async (partner, selector) => {
    await clock.sleep(random.between(5, 20));
    if (down()) throw new CredentialsError('unreachable');
    const versions = historyOf(partner);
    const index =
      'versionId' in selector
        ? Number(selector.versionId.split('-v')[1])
        : visible(versions) - (selector.stage === 'AWSCURRENT' ? 1 : 2);
    const found = versions[index];
    return found && { text: found.text, createdAt: found.createdAt, versionId: `${partner}-v${index}` };
  };

  return {
    fetchSecret,
    current: (partner: string): LoginFields | undefined => historyOf(partner).at(-1)?.fields,
    /** The login of a version id; undefined for one that is none of ours. */
    fieldsOf(versionId: string): LoginFields | undefined {
      const [partner = '', index] = versionId.split('-v');
      return historyOf(partner)[Number(index)]?.fields;
    },
    /** Puts a new AWSCURRENT: the last one, with some fields changed. */
    save(partner: string, changes: Partial<LoginFields>): void {
      const versions = historyOf(partner);
      const last = versions.at(-1)?.fields;
      if (last) versions.push(versionOf({ ...last, ...changes }, clock.now()));
    },
  };
}

export type Secrets = ReturnType<typeof createSecrets>;

function versionOf(fields: LoginFields, createdAt: number): Version {
  return { fields, text: secretText(fields), createdAt };
}

export function secretText(fields: LoginFields): string {
  return JSON.stringify({ partnerId: 'P1', ...fields, encryption: 'off' });
}
