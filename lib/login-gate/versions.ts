import { LOGIN_SECRET_MS, LOOK_FOR_VERSION_MS, YOUNG_VERSION_MS } from '../budgets.ts';
import type { PartnerCredentials } from '../enkash/credentials.ts';
import { AppError } from '../errors.ts';
import { loginIdOf, type Version, versionOf } from './content.ts';
import type { GateItem, TokenFacts } from './item.ts';
import type { LoginGateDeps } from './memory.ts';
import type { Contents } from './standing.ts';

export type Versions = ReturnType<typeof createVersions>;

/** A partner's secret versions as far as they belong to one login. */
export function createVersions(
  { credentials, tokenUrl, now }: Pick<LoginGateDeps, 'credentials' | 'tokenUrl' | 'now'>,
  partner: string,
  loginId: string,
) {
  let previous:
    | { readonly of: string; readonly at: number; readonly found: PartnerCredentials | undefined }
    | undefined;
  let known: Contents = { current: undefined, previous: undefined };
  const isOurs = (found: PartnerCredentials | undefined): found is PartnerCredentials =>
    found !== undefined && loginIdOf(tokenUrl, found) === loginId;

  async function readPrevious(currentId: string, maxAgeMs: number): Promise<PartnerCredentials | undefined> {
    if (previous?.of === currentId && now() - previous.at < maxAgeMs) return previous.found;
    const found = await credentials.previous(partner);
    previous = { of: currentId, at: now(), found };
    return found;
  }

  /** AWSCURRENT; undefined when it is malformed, placeholder, or of another login. */
  async function readCurrent(maxAgeMs: number): Promise<PartnerCredentials | undefined> {
    try {
      return await credentials.fresh(partner, maxAgeMs);
    } catch (error) {
      if (error instanceof AppError && (error.reason === 'not-filled' || error.reason === 'invalid')) return undefined;
      throw error;
    }
  }

  return {
    /**
     * What a verdict needs. AWSPREVIOUS is read only where it may be chosen: where AWSCURRENT is unproven.
     * @throws CredentialsError when Secrets Manager cannot be asked
     */
    async read(item: GateItem, maxAgeMs: number) {
      const now_ = await readCurrent(maxAgeMs);
      const current = isOurs(now_) ? now_ : undefined;
      const isProven = current !== undefined && item.proven.includes(versionOf(current).content);
      // Secrets Manager may tell of a change in parts, seconds apart.
      const isYoung = now() < (current?.createdAt ?? Number.NEGATIVE_INFINITY) + YOUNG_VERSION_MS;
      const ageMs = isYoung && !previous?.found ? LOGIN_SECRET_MS : LOOK_FOR_VERSION_MS;
      const before = isProven ? undefined : await readPrevious(now_?.versionId ?? '', ageMs);
      const found = [current, isOurs(before) ? before : undefined];
      const [currentVersion, previousVersion] = found.map((version) => version && versionOf(version));
      const isSame = currentVersion?.content === previousVersion?.content;
      known = { current: currentVersion, previous: isSame ? undefined : previousVersion };
      return {
        contents: known,
        credentialsOf({ versionId }: Version): PartnerCredentials {
          const chosen = found.find((version) => version?.versionId === versionId);
          if (!chosen) throw new Error('a version was chosen that was not there');
          return chosen;
        },
      };
    },
    known: (): Contents => known,
    /** The version whose key sealed a token: any of ours with the same content, so that another encryption setting counts at once. */
    async withContent({ content, partner: by, versionId }: TokenFacts): Promise<PartnerCredentials | undefined> {
      const fits = (found: PartnerCredentials | undefined) => isOurs(found) && versionOf(found).content === content;
      const current = await credentials.current(partner).catch((error: unknown) => {
        if (error instanceof AppError && (error.reason === 'not-filled' || error.reason === 'invalid'))
          return undefined;
        throw error;
      });
      if (fits(current)) return current;
      const before = await readPrevious(current?.versionId ?? '', LOOK_FOR_VERSION_MS);
      if (fits(before)) return before;
      const named = by === partner ? await credentials.version(partner, versionId) : undefined;
      return fits(named) ? named : undefined;
    },
  };
}
