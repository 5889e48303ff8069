import type { AccountKey } from '../../../lib/account-key.ts';
import type { EnvSource } from '../../../lib/env.ts';

/** What the operator's commands know of a stage, deployed or local. */
export type StageFacts = {
  readonly stage: string;
  /** The functions' environment and AWS credentials, as lib/env.ts reads them. */
  readonly env: EnvSource;
  /** Partner name -> secret ARN. */
  readonly secretIds: Readonly<Record<string, string>>;
  readonly loginGateTable: string;
  readonly api: { readonly url: string; readonly tokenUrl: string; readonly mutualTls: boolean };
  readonly egress: Egress;
  readonly snapshots: SnapshotFacts;
  /** Card accounts that the settings name, for a command that is given none. */
  readonly accounts: readonly NamedAccount[];
  /** The local stage's own caller; a deployed stage's secrets are nobody's but the caller's. */
  readonly caller: { readonly clientId: string; readonly clientSecret: string } | undefined;
};

export type NamedAccount = AccountKey & { readonly partner: string };

export type Egress =
  | { readonly kind: 'local' | 'open' }
  | { readonly kind: 'fixed'; readonly zones: readonly string[]; readonly addresses: readonly string[] };

export type SnapshotFacts = {
  readonly table: string;
  readonly everySeconds: number;
  readonly lateSeconds: number;
  /** After a slot's window, until the reconciler looks at it. */
  readonly graceSeconds: number;
};

/** What of a stage is seen from outside. */
export type PublicFacts = Pick<StageFacts, 'api' | 'accounts' | 'caller'>;
