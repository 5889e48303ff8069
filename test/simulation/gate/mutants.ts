import type * as acquiring from '../../../lib/login-gate/acquire.ts';
import type * as content from '../../../lib/login-gate/content.ts';
import type * as outcome from '../../../lib/login-gate/outcome.ts';
import type * as standing from '../../../lib/login-gate/standing.ts';
import type * as stores from '../../../lib/login-gate/store.ts';
import type * as transitions from '../../../lib/login-gate/transitions.ts';
import { firstMutants } from './first-mutants.ts';
import { type Mutant, type Patch, setConstant, wrap } from './mutate.ts';
import { budget, counting, endless, judging, settling } from './patches.ts';

const judgingReplies = (around: (original: typeof outcome.judgeLogin) => typeof outcome.judgeLogin): Patch =>
  wrap('login-gate/outcome.ts', 'judgeLogin', around);

/** What the second edition promises, each taken away. */
const second: readonly Mutant[] = [
  {
    name: 'permission not spent',
    patches: [
      counting((original) => (item, ...rest) => {
        const { permission } = item;
        const kept = permission && { ...permission, count: permission.count + 1 };
        return { ...original(item, ...rest), ...(kept && { permission: kept }) };
      }),
    ],
    hunts: ['(1)', '(4)', 'anything at any time'],
  },
  {
    name: 'permission without a version',
    patches: [
      wrap<typeof standing.verdictOf>('login-gate/standing.ts', 'verdictOf', (original) => (item, contents, now) => {
        const versionId = contents.current?.versionId;
        const { permission } = item ?? {};
        if (!item || !permission || versionId === undefined) return original(item, contents, now);
        return original({ ...item, permission: { ...permission, versionId } }, contents, now);
      }),
    ],
    hunts: ['right after a permission'],
  },
  { name: 'permission without an end', patches: [budget('PERMISSION_MS', '1e12')], hunts: ['twenty minutes'] },
  {
    name: '403 page taken back',
    patches: [
      judgingReplies(
        (original) => (result, now) =>
          result.kind === 'reply' && result.status === 403 && result.contentType.startsWith('text/html')
            ? { kind: 'turned-away', evidence: '403 html' }
            : original(result, now),
      ),
    ],
    hunts: ['behind one answer', 'behind changing', 'behind pages'],
  },
  {
    name: 'code in HTTP 200 accepted',
    patches: [
      judgingReplies((original) => (result, now) => {
        const body = result.kind === 'reply' && result.status === 200 ? result.body.toString('utf8') : '';
        if (!body.includes('resultCode') && !body.includes('response_code')) return original(result, now);
        return { kind: 'accepted', token: 'whatever-it-says', statedLifeMs: undefined, evidence: '200 json' };
      }),
    ],
    hunts: ['behind one answer', 'bad password'],
  },
  {
    name: 'count per partner',
    patches: [
      wrap<typeof content.loginIdOf>('login-gate/content.ts', 'loginIdOf', (original) => (tokenUrl, login) => {
        const partner = 'versionId' in login ? String(login.versionId).split('-v')[0] : '';
        return original(tokenUrl, { username: `${partner} ${login.username}` });
      }),
    ],
    hunts: ['two partners'],
  },
  {
    name: 'no item means open',
    patches: [
      wrap<typeof stores.createLoginGateStore>(
        'login-gate/store.ts',
        'createLoginGateStore',
        (original) =>
          (...args) => {
            const store = original(...args);
            const fresh = { rev: 0, minReader: 1, opened: true, failures: [], fence: 0, proven: [], refused: [] };
            return { ...store, read: async (loginId) => (await store.read(loginId)) ?? { loginId, ...fresh } };
          },
      ),
    ],
    hunts: ['never opened', 'table lost'],
  },
  {
    name: 'content not compared',
    patches: [
      wrap<typeof content.versionOf>('login-gate/content.ts', 'versionOf', (original) => (credentials) => ({
        ...original(credentials),
        content: credentials.versionId,
      })),
    ],
    hunts: ['saved again'],
  },
  {
    name: 'no control request after a lost reply',
    patches: [
      settling((original) => (item, lease, what, at, ...rest) => {
        const settled = original(item, lease, what, at, ...rest);
        return what.kind === 'possible' ? { ...settled, control: undefined, waitUntil: at.replied + 10_000 } : settled;
      }),
    ],
    hunts: ['60 s of trouble'],
  },
  {
    name: 'served before it was tried to be stored',
    patches: [setConstant('login-gate/identity-gate.ts', 'SETTLE_MS', endless)],
    hunts: ['the table is away'],
  },
  {
    name: 'count not taken back',
    patches: [
      wrap<typeof transitions.uncount>('login-gate/transitions.ts', 'uncount', (original) => (item, lease) => ({
        ...original(item, lease),
        failures: item.failures,
      })),
    ],
    hunts: ['token host down'],
  },
  {
    name: 'a success forgives every API client',
    patches: [
      settling((original) => (item, lease, what, ...rest) => {
        const settled = original(item, lease, what, ...rest);
        return what.kind === 'accepted' ? { ...settled, failures: [] } : settled;
      }),
    ],
    hunts: ['two API clients'],
  },
  {
    name: 'a success of another secret lets a refused one go again',
    patches: [
      settling((original) => (item, lease, what, ...rest) => {
        const settled = original(item, lease, what, ...rest);
        return what.kind === 'accepted' ? { ...settled, refused: [] } : settled;
      }),
    ],
    hunts: ['typing error saved, later', 'one of them is rotated'],
  },
  {
    name: 'back to the version before one that had worked',
    patches: [
      judging((item) => ({ ...item, refused: item.refused.map((refusal) => ({ ...refusal, worked: false })) })),
    ],
    hunts: ['second rotation'],
  },
  {
    name: 'a permission comes back after a lost reply',
    patches: [
      settling((original) => (item, lease, what, ...rest) => {
        const settled = original(item, lease, what, ...rest);
        const { permission } = lease;
        if (what.kind !== 'possible' || !permission) return settled;
        return { ...settled, permission: { ...permission, count: permission.count + 1 } };
      }),
    ],
    hunts: ['never answered'],
  },
  {
    name: 'no rest while EnKash is still at a login',
    patches: [judging((item) => ({ ...item, atWorkUntil: undefined }))],
    hunts: ['in short trouble', 'wrong and slow'],
  },
  {
    name: 'a login whose process died is not asked about',
    patches: [
      wrap<typeof transitions.abandon>(
        'login-gate/transitions.ts',
        'abandon',
        () => (item, now) => (item.lease && now >= item.lease.until ? { ...item, lease: undefined } : item),
      ),
    ],
    hunts: ['processes die'],
  },
  {
    name: 'open forgets every failure',
    patches: [
      wrap<typeof transitions.open>(
        'login-gate/transitions.ts',
        'open',
        (original) =>
          (before, loginId, ...rest) =>
            original(before && { ...before, failures: [] }, loginId, ...rest),
      ),
    ],
    hunts: ['anything at any time'],
  },
  {
    name: 'a request that is never answered',
    patches: [
      wrap<typeof acquiring.createAcquire>('login-gate/acquire.ts', 'createAcquire', (original) => (parts) => {
        const acquire = original(parts);
        const hangsFrom = parts.deps.now() + 60_000;
        return (deadline) => (parts.deps.now() < hangsFrom ? acquire(deadline) : new Promise(() => undefined));
      }),
    ],
    hunts: ['healthy'],
  },
  {
    name: 'the user is no part of the login',
    patches: [
      wrap<typeof content.loginIdOf>(
        'login-gate/content.ts',
        'loginIdOf',
        (original) => (tokenUrl) => original(tokenUrl, { username: 'anybody' }),
      ),
    ],
    hunts: ['another username'],
  },
];

export const mutants: readonly Mutant[] = [...firstMutants, ...second];
