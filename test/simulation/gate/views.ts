import type { Secrets } from './secrets.ts';
import type { Row } from './table.ts';
import { contentOf } from './user.ts';

/** What the invariants ask of one login's item. */
export type GateView = {
  /** The process whose counted lease stands for a login. */
  readonly owner: string | undefined;
  /** The login that the lease names; undefined where no lease is, or where nobody can tell. */
  readonly content: string | undefined;
  readonly failures: number;
  /** The living token's end; 0 where there is none. */
  readonly tokenEndsAt: number;
};

/** The item's shape, as far as it matters here. */
type Item = {
  readonly lease?: { readonly owner: string; readonly versionId: string };
  readonly token?: { readonly endsAt: number; readonly dead: boolean };
  readonly failures?: readonly { readonly count: number }[];
};

/** Every login's item of the table, read by nothing but its shape: the invariants must not depend on the code that they judge. */
export function viewGates(rows: readonly Row[], secrets: Pick<Secrets, 'fieldsOf'>): GateView[] {
  return rows
    .filter(({ partner }) => partner?.S?.startsWith('login#'))
    .map(({ state }) => {
      const { lease, token, failures = [] }: Item = JSON.parse(state?.S ?? '{}');
      const fields = lease && secrets.fieldsOf(lease.versionId);
      return {
        // `<process>/<partner>`
        owner: lease?.owner.split('/')[0],
        content: fields && contentOf(fields),
        failures: failures.reduce((sum, { count }) => sum + count, 0),
        tokenEndsAt: token && !token.dead ? token.endsAt : 0,
      };
    });
}
