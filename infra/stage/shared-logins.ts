import * as z from 'zod';
import { tokenOrigin } from '../../lib/enkash-url.ts';

const loginsSchema = z.object({
  enkash: z.object({ tokenUrl: z.string(), loginsDifferFrom: z.array(z.string()).catch([]) }),
});

/**
 * One login of EnKash belongs to one stage: two stages have two gates, each of which would let two failures through, and
 * the third locks the account. A login is a token host and a user. The settings know no users, so a human says that they
 * differ, in both stages.
 * @returns an issue of the stage for each other stage that has its token host, unless each names the other
 */
export function sharedLogins(
  stages: Readonly<Record<string, unknown>>,
  stageName: string,
): readonly { readonly path: readonly string[]; readonly message: string }[] {
  const own = loginsOf(stages[stageName]);
  return Object.keys(stages).flatMap((other) => {
    const theirs = loginsOf(stages[other]);
    if (other === stageName || own.origin === undefined || theirs.origin !== own.origin) return [];
    const unsaid = [
      ...(own.differFrom.includes(other) ? [] : [`${other} in stages.${stageName}.enkash.loginsDifferFrom`]),
      ...(theirs.differFrom.includes(stageName) ? [] : [`${stageName} in stages.${other}.enkash.loginsDifferFrom`]),
    ];
    if (unsaid.length === 0) return [];
    const message =
      `has the host of stage ${other} too: two login gates for one EnKash login count its failures apart and lock it. ` +
      `Give each stage users of its own at EnKash; once they differ, name ${unsaid.join(', and ')}`;
    return [{ path: ['enkash', 'tokenUrl'], message }];
  });
}

/** What else is wrong with a stage is said when that stage is parsed. */
function loginsOf(stage: unknown): { readonly origin: string | undefined; readonly differFrom: readonly string[] } {
  const { data } = loginsSchema.safeParse(stage);
  return { origin: data && tokenOrigin(data.enkash.tokenUrl), differFrom: data?.enkash.loginsDifferFrom ?? [] };
}
