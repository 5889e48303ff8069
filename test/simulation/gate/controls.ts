import type { LoginGateStore } from '../../../lib/login-gate/item.ts';
import { allowOne, isClosed } from '../../../lib/login-gate/operator.ts';
import type { CardApi } from './card-api.ts';
import type { Ledger } from './ledger.ts';
import type { Secrets } from './secrets.ts';
import type { MemoryDynamo } from './table.ts';
import type { LoginFields } from './world.ts';

/** What people can do in the world: at EnKash, with the secret, with the table, and by the gate's commands. */
export type Controls = {
  readonly enkash: Pick<Ledger, 'changePassword' | 'unlock' | 'standing' | 'failures'> & Pick<CardApi, 'revokeAll'>;
  readonly table: MemoryDynamo;
  readonly now: () => number;
  save(partner: string, changes: Partial<LoginFields>): void;
  readonly current: (partner: string) => LoginFields | undefined;
  readonly operator: Operator;
};

/** The gate's commands as the operator's function runs them, by the clock of a stack's process. */
export type Operator = {
  /** Whether the gate's words are that it waits for a person. */
  isClosed(partner: string): Promise<boolean>;
  /** @returns what the command answers */
  allowOne(partner: string, flags?: { readonly sameSecret?: boolean; readonly unlocked?: boolean }): Promise<string>;
};

export function createOperator(
  store: LoginGateStore,
  secrets: Pick<Secrets, 'current' | 'currentId'>,
  ledger: Pick<Ledger, 'permit'>,
  now: () => number,
  note: (text: string) => void,
): Operator {
  return {
    async isClosed(partner) {
      const item = await store.read(partner);
      return item !== undefined && isClosed(item, now());
    },
    async allowOne(partner, { sameSecret = false } = {}) {
      const current = { versionId: secrets.currentId(partner) };
      const fields = secrets.current(partner);
      const answer = await allowOne(store, { partner, current, previousId: undefined, sameSecret }, now());
      note(`the operator's allow-one for ${partner} is answered ${answer}`);
      if (answer === 'allowed' && fields) ledger.permit(fields);
      return answer;
    },
  };
}
