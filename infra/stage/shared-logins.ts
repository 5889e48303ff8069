import * as z from 'zod';
import { tokenUrlKey } from '../../lib/enkash-url.ts';

const loginsSchema = z.object({ enkash: z.object({ tokenUrl: z.string() }), partners: z.array(z.string()) });

/**
 * One login of EnKash belongs to one stage: two stages have two gates, each of which would let two failures through, and
 * the third locks the account.
 * @returns an issue of the stage for each other stage that has its token URL and one of its partners
 */
export function sharedLogins(
  stages: Readonly<Record<string, unknown>>,
  stageName: string,
): readonly { readonly path: readonly string[]; readonly message: string }[] {
  const own = loginsOf(stages[stageName]);
  return Object.keys(stages).flatMap((other) => {
    const theirs = loginsOf(stages[other]);
    if (other === stageName || own.url === undefined || theirs.url !== own.url) return [];
    const shared = own.partners.filter((partner) => theirs.partners.includes(partner));
    if (shared.length === 0) return [];
    const message =
      `is that of stage ${other} too, and both have the partner ${shared.join(', ')}: two login gates for one EnKash login, ` +
      'which count its failures apart and lock it. Keep the partner in one of the two stages; ' +
      'if each has a login of its own, give one of the two partners another name';
    return [{ path: ['enkash', 'tokenUrl'], message }];
  });
}

/** What else is wrong with a stage is said when that stage is parsed. */
function loginsOf(stage: unknown): { readonly url: string | undefined; readonly partners: readonly string[] } {
  const { data } = loginsSchema.safeParse(stage);
  return { url: data && tokenUrlKey(data.enkash.tokenUrl), partners: data?.partners ?? [] };
}
