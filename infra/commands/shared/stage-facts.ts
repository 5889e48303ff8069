import type { AccountKey } from '../../../lib/account-key.ts';
import type { EnvSource } from '../../../lib/env.ts';

/** What the operator's commands know of a stage, deployed or local. */
export type StageFacts = {
  readonly stage: string;
  /** How commands that are shown name it, such as `--stage uat`. */
  readonly named: string;
  /** AWS region and the operator's own credentials, as lib/env.ts reads them. */
  readonly aws: EnvSource;
  /** The functions that look, act and test a webhook for the operator, by name or ARN. */
  readonly functions: { readonly inspect: string; readonly operate: string; readonly deliver: string };
  /** Partner name -> secret ARN. */
  readonly secretIds: Readonly<Record<string, string>>;
  /** The file whose content is the current secret, where a local stage follows one. */
  readonly secretFile: string | undefined;
  readonly enkash: { readonly apiUrl: string; readonly tokenUrl: string };
  readonly api: { readonly url: string; readonly tokenUrl: string; readonly mutualTls: boolean };
  readonly egress: Egress;
  /** How long after a slot's instant a message of it may still write a row. */
  readonly slotSeconds: number;
  /** Card accounts that the settings name, for a command that is given none. */
  readonly accounts: readonly NamedAccount[];
  /** The local stage's own caller; a deployed stage's secrets are nobody's but the caller's. */
  readonly caller: { readonly clientId: string; readonly clientSecret: string } | undefined;
};

type NamedAccount = AccountKey & { readonly partner: string };

export type Egress =
  | { readonly kind: 'local' | 'open' }
  | { readonly kind: 'fixed'; readonly zones: readonly string[]; readonly addresses: readonly string[] };

/** What of a stage is seen from outside. */
export type PublicFacts = Pick<StageFacts, 'api' | 'accounts' | 'caller' | 'enkash'>;
