import type * as body from '../../../lib/enkash/body.ts';
import type * as secrets from '../../../lib/enkash/credentials.ts';
import type * as wire from '../../../lib/enkash/wire.ts';
import type * as content from '../../../lib/login-gate/content.ts';
import type { GateItem } from '../../../lib/login-gate/item.ts';
import type * as tokens from '../../../lib/login-gate/token.ts';
import type { Deploy } from './deployment.ts';
import { buildGate, type Mutant, type Patch, wrap } from './mutate.ts';
import type { Row } from './table.ts';

/** Entries of one memory; then it starts anew. */
const MOST = 2_000;

/**
 * Pure functions of the production code, each remembering what it made of an input: a fleet reads the same replies, items
 * and secrets ten thousand times. Half of a run's time is saved, and no story changes: `remembered.test.ts` compares them.
 */
const remembering: readonly Patch[] = [
  // The same text gives the same object, so that the next one finds it again.
  wrap<typeof body.parseObject>('enkash/body.ts', 'parseObject', (original) => remember(original, (text) => text)),
  wrap<typeof wire.parseSummary>('enkash/wire.ts', 'parseSummary', (original) => {
    const known = new WeakMap<object, { readonly asked: string; readonly summary: ReturnType<typeof original> }>();
    return (payload, asked) => {
      const key = `${asked.companyId} ${asked.cardAccountId}`;
      const found = known.get(payload);
      if (found?.asked === key) return found.summary;
      const summary = original(payload, asked);
      known.set(payload, { asked: key, summary });
      return summary;
    };
  }),
  wrap<typeof secrets.parseSecret>('enkash/credentials.ts', 'parseSecret', (original) =>
    remember(original, (text, versionId) => `${versionId} ${text}`),
  ),
  wrap<typeof content.versionOf>('login-gate/content.ts', 'versionOf', (original) =>
    remember(original, ({ versionId, createdAt, basicId, basicSecret, username, password, clientId }) =>
      [versionId, createdAt, basicId, basicSecret, username, password, clientId].join('\n'),
    ),
  ),
  wrap<(loginId: string, row: Row) => GateItem>('login-gate/store.ts', 'decodeItem', (original) => {
    const known = createMemory<{
      readonly loginId: string;
      readonly rev: string | undefined;
      readonly item: GateItem;
    }>();
    return (loginId, row) => {
      const [rev, text = ''] = [row.rev?.N, row.state?.S];
      const found = known.get(text);
      if (found?.loginId === loginId && found.rev === rev) return found.item;
      const item = original(loginId, row);
      known.set(text, { loginId, rev, item });
      return item;
    };
  }),
  wrap<typeof tokens.openToken>('login-gate/token.ts', 'openToken', (original) =>
    remember(original, (sealed, loginId, { basicId, basicSecret, username, password, clientId }) =>
      [sealed, loginId, basicId, basicSecret, username, password, clientId].join('\n'),
    ),
  ),
];

/** The production code of a process, with `remembering`. What it throws is not remembered. */
export const deployRemembering: Deploy = await buildGate({ name: 'remembering', patches: remembering });

/** A broken gate on top of that. */
export const buildMutant = ({ name, patches }: Mutant): Promise<Deploy> =>
  buildGate({ name, patches: [...remembering, ...patches] });

function remember<A extends readonly unknown[], R>(original: (...args: A) => R, keyOf: (...args: A) => string) {
  const known = createMemory<R>();
  return (...args: A): R => {
    const key = keyOf(...args);
    const found = known.get(key);
    if (found !== undefined) return found;
    const made = original(...args);
    known.set(key, made);
    return made;
  };
}

function createMemory<T>() {
  const known = new Map<string, T>();
  return {
    get: (key: string): T | undefined => known.get(key),
    set(key: string, value: T): void {
      if (known.size >= MOST) known.clear();
      known.set(key, value);
    },
  };
}
