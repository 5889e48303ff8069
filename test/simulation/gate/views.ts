import type { GateItem } from '../../../lib/login-gate/item.ts';
import { contentOf } from './ledger.ts';
import type { Secrets } from './secrets.ts';
import type { Row } from './table.ts';

/** What the invariants ask of one item. */
export type GateView = {
  /** The process whose lease stands for a login. */
  readonly owner: string | undefined;
  /** The login that the lease names; undefined where no lease is, or where nobody can tell. */
  readonly content: string | undefined;
  readonly failures: number;
  /** The living token's end for its users; 0 where there is none. */
  readonly tokenUsableUntil: number;
};

/** Every gate of the table, read by nothing but its shape: the invariants must not depend on the code that they judge. */
export function viewGates(rows: readonly Row[], secrets: Pick<Secrets, 'fieldsOf'>): GateView[] {
  return rows.map(({ state }) => {
    const { lease, token, failures }: GateItem = JSON.parse(state?.S ?? '{}');
    const fields = lease && secrets.fieldsOf(lease.versionId);
    return {
      owner: lease?.owner,
      content: fields && contentOf(fields),
      failures: failures ?? 0,
      tokenUsableUntil: token && !token.dead ? token.usableUntil : 0,
    };
  });
}
