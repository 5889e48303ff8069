import type { FetchSecret } from '../../lib/enkash/credentials.ts';
import type { LoginOutcome } from '../../lib/login-gate/outcome.ts';
import type { OperateDeps } from '../../lib/operate/actions.ts';
import { operate } from '../../lib/operate/actions.ts';
import { createStage, credentialsOf, partner } from './login-gate-setup.ts';
import { createMemoryTable } from './memory-table.ts';

const secretOf = (password: string) => {
  const { versionId: _, createdAt: __, ...secret } = { ...credentialsOf('v0'), password };
  return JSON.stringify(secret);
};

/** The secret's versions with their labels, as Secrets Manager moves them. */
export function createLabels(pending?: string) {
  const texts = new Map([['v0', secretOf('password-v0')]]);
  const labels = new Map([['AWSCURRENT', 'v0']]);
  if (pending !== undefined) {
    texts.set('v1', pending.startsWith('{') ? pending : secretOf(pending));
    labels.set('AWSPENDING', 'v1');
  }
  const trouble = { isDown: false, refusesMoves: false, losesReplies: false };
  const fetchSecret: FetchSecret = async (_, selector) => {
    if (trouble.isDown) throw new Error('down');
    const versionId = 'stage' in selector ? labels.get(selector.stage) : selector.versionId;
    const text = versionId === undefined ? undefined : texts.get(versionId);
    return text === undefined || versionId === undefined ? undefined : { text, versionId };
  };
  const moveCurrent: OperateDeps['moveCurrent'] = async (_, pendingId, currentId) => {
    if (trouble.refusesMoves || labels.get('AWSCURRENT') !== currentId) throw new Error('refused');
    labels.set('AWSPREVIOUS', currentId).set('AWSCURRENT', pendingId);
    if (trouble.losesReplies) throw new Error('lost');
  };
  const clearPending: OperateDeps['clearPending'] = async () => void labels.delete('AWSPENDING');
  /** A version without a label: whoever looks by one does not see it yet. */
  const save = (versionId: string, password: string): unknown => texts.set(versionId, secretOf(password));
  return { labels, save, trouble, deps: { fetchSecret, moveCurrent, clearPending } };
}

/** The operator's function before a gate in memory. */
export function createOperator({
  outcomes = [],
  isOpen = true,
  pending,
}: {
  readonly outcomes?: LoginOutcome[];
  readonly isOpen?: boolean;
  readonly pending?: string;
} = {}) {
  const stage = createStage(outcomes, isOpen);
  const table = createMemoryTable();
  const labels = createLabels(pending);
  const lines: unknown[] = [];
  const erased: unknown[] = [];
  const deps: OperateDeps = {
    log: (level, event, fields) => void lines.push({ level, event, ...fields }),
    metric: () => {},
    now: stage.clock.now,
    requests: table,
    gate: { ...stage.deps, store: stage.table },
    secretIds: { [partner]: 'secret' },
    ...labels.deps,
    probe: () => Promise.reject(new Error('no probe here')),
    erase: async (account, { dryRun = false }) => {
      erased.push({ ...account, dryRun });
      return { rows: 3, watched: true, complete: true };
    },
  };
  let ids = 0;
  return {
    stage,
    table,
    labels,
    lines,
    erased,
    deps,
    /** Asks under an id of its own, unless one is given; time passes until it is answered. */
    async ask(event: Record<string, unknown>, changed: Partial<OperateDeps> = {}) {
      ids += 1;
      const asked: unknown = JSON.parse(JSON.stringify({ partner, requestId: `request-${ids}`, ...event }));
      const deadline = stage.clock.now() + 48_000;
      const answer = operate({ ...deps, ...changed }, asked, deadline);
      return stage.after(answer, 30_000);
    },
  };
}
