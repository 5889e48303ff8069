import type { CardApi } from './card-api.ts';
import type { AllowFlags, GateCommands, OpenFlags } from './commands.ts';
import type { Ledger } from './ledger.ts';
import type { Secrets } from './secrets.ts';
import type { MemoryDynamo } from './table.ts';
import type { LoginFields } from './world.ts';

/** What people can do in the world: at EnKash, with the secret, with the table, and by the gate's commands. */
export type Controls = {
  readonly enkash: Pick<Ledger, 'changePassword' | 'unlock' | 'standing' | 'failures'> & Pick<CardApi, 'revokeAll'>;
  readonly table: TableControls;
  readonly now: () => number;
  readonly sleep: (ms: number) => Promise<void>;
  save(partner: string, changes: Partial<LoginFields>): void;
  readonly current: (partner: string) => LoginFields | undefined;
  readonly operator: Operator;
};

/** What happens to a table as a whole. */
type TableControls = {
  /** Deleted and made again: empty. */
  lose(): void;
  backup(): ReturnType<MemoryDynamo['backup']>;
  /** An older state, in a table of another name, takes its place: the service is deployed anew. */
  restore(older: ReturnType<MemoryDynamo['backup']>): void;
};

/** The gate's commands as the operator's function runs them; the ledger is told what was permitted, and by which name. */
export type Operator = {
  /** Whether the gate's words are that it waits for a person. */
  isClosed(partner: string): Promise<boolean>;
  /** One login, for what the operator saw `thinkMs` ago. @returns what the command answers */
  allowOne(partner: string, flags?: AllowFlags & { readonly thinkMs?: number }): Promise<string>;
  open(partner: string, flags?: OpenFlags): Promise<string>;
  close(partner: string): Promise<string>;
  /** One login with a secret that is not current yet. */
  tryPending(partner: string, changes: Partial<LoginFields>): Promise<string>;
};

export function createOperator(
  /** Of what is deployed now. */
  commands: () => GateCommands,
  parts: {
    readonly secrets: Pick<Secrets, 'current'>;
    readonly ledger: Pick<Ledger, 'permit' | 'open' | 'close' | 'unlock'>;
    readonly sleep: (ms: number) => Promise<void>;
    readonly note: (text: string) => void;
  },
): Operator {
  const { secrets, ledger, sleep, note } = parts;
  const answered = (command: string, partner: string, answer: string): string => {
    note(`the operator's ${command} for ${partner} is answered ${answer}`);
    return answer;
  };
  return {
    isClosed: (partner) => commands().isClosed(partner),
    async allowOne(partner, { thinkMs = 0, ...flags } = {}) {
      const shown = await commands().show(partner);
      const named = secrets.current(partner);
      if (thinkMs > 0) await sleep(thinkMs);
      // Whoever says that EnKash unlocked the account has asked EnKash to.
      if (flags.unlocked && named) ledger.unlock(named.username);
      const { answer, permitted } = await commands().allowOne(partner, shown, flags);
      if (permitted && named) ledger.permit(named, flags.unlocked ?? false);
      return answered('allow-one', partner, answer);
    },
    async open(partner, flags = {}) {
      const named = secrets.current(partner);
      if (named) ledger.unlock(named.username);
      const answer = await commands().open(partner, flags);
      if (answer === 'opened' && named) ledger.open(named, flags.neverTried ?? false);
      return answered('open', partner, answer);
    },
    async close(partner) {
      const named = secrets.current(partner);
      const answer = await commands().close(partner);
      if (answer === 'closed' && named) ledger.close(named);
      return answered('close', partner, answer);
    },
    async tryPending(partner, changes) {
      const fields = secrets.current(partner);
      if (!fields) return 'no-secret';
      return answered('try-pending', partner, await commands().tryPending(partner, { ...fields, ...changes }));
    },
  };
}
