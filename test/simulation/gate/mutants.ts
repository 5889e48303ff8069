import type * as content from '../../../lib/login-gate/content.ts';
import type * as gates from '../../../lib/login-gate/identity-gate.ts';
import type { GateItem } from '../../../lib/login-gate/item.ts';
import type * as outcome from '../../../lib/login-gate/outcome.ts';
import type * as standing from '../../../lib/login-gate/standing.ts';
import type * as stores from '../../../lib/login-gate/store.ts';
import type * as tokens from '../../../lib/login-gate/token.ts';
import type * as transitions from '../../../lib/login-gate/transitions.ts';
import { type Mutant, type Patch, setConstant, wrap } from './mutate.ts';

const endless = 'Number.POSITIVE_INFINITY';
const budget = (name: string, value: string): Patch => setConstant('lib/budgets.ts', name, value);
const judging = (change: (item: GateItem) => GateItem): Patch =>
  wrap<typeof standing.verdictOf>(
    'login-gate/standing.ts',
    'verdictOf',
    (original) =>
      (item, ...rest) =>
        original(item && change(item), ...rest),
  );
const counting = (around: (original: typeof transitions.count) => typeof transitions.count): Patch =>
  wrap('login-gate/transitions.ts', 'count', around);
const settling = (around: (original: typeof transitions.settle) => typeof transitions.settle): Patch =>
  wrap('login-gate/transitions.ts', 'settle', around);
const judgingReplies = (around: (original: typeof outcome.judgeLogin) => typeof outcome.judgeLogin): Patch =>
  wrap('login-gate/outcome.ts', 'judgeLogin', around);

const neverAtTwo = ({ failures, ...item }: GateItem): GateItem => ({
  ...item,
  failures: failures.slice(0, 1).map((failed) => ({ ...failed, count: 1 })),
});

/** The eleven broken gates of the first edition. */
const old: readonly Mutant[] = [
  { name: 'no lease', patches: [judging((item) => ({ ...item, lease: undefined, claim: undefined }))] },
  { name: 'short lease', patches: [budget('LEASE_MS', '2_000')], hunts: ['slow logins', 'freezes'] },
  {
    name: 'no fence after a thaw',
    patches: [
      budget('LEASE_MS', '70_000'),
      budget('TRUSTED_MS', endless),
      budget('SEND_WITHIN_MS', endless),
      budget('COUNT_WITHIN_MS', endless),
      budget('LOGIN_NEEDS_MS', `-${endless}`),
    ],
    hunts: ['freezes', 'processes stop'],
  },
  {
    name: 'no count before sending',
    patches: [
      counting((original) => (item, ...rest) => ({ ...original(item, ...rest), failures: item.failures })),
      wrap<typeof transitions.uncount>('login-gate/transitions.ts', 'uncount', (original) => (item, lease) => ({
        ...original(item, lease),
        failures: item.failures,
      })),
      settling((original) => (item, lease, ...rest) => {
        const settled = original(item, lease, ...rest);
        if (rest[0].kind !== 'refused' && rest[0].kind !== 'possible') return settled;
        return { ...settled, failures: [...settled.failures, { pair: lease.pair, count: 1 }] };
      }),
    ],
  },
  {
    name: 'fail open',
    patches: [
      wrap<typeof gates.createIdentityGate>(
        'login-gate/identity-gate.ts',
        'createIdentityGate',
        (original) =>
          (deps, partner, ...rest) => {
            const gate = original(deps, partner, ...rest);
            return {
              ...gate,
              get: (deadline) =>
                gate.get(deadline).catch(async (error: { readonly reason?: string }) => {
                  if (error.reason !== 'gate-unreachable') throw error;
                  const credentials = await deps.credentials.current(partner);
                  const outcome = await deps.login(credentials, deadline);
                  if (outcome.kind !== 'accepted') throw error;
                  return { token: outcome.token, credentials, expiresAt: deps.now() + 60_000 };
                }),
            };
          },
      ),
    ],
    hunts: ['table down'],
  },
  {
    name: 'refresh ahead of expiry',
    patches: [
      wrap<typeof tokens.lifeOf>('login-gate/token.ts', 'lifeOf', (original) => (...args) => {
        const life = original(...args);
        return { ...life, endsAt: life.endsAt - 60_000 };
      }),
    ],
    hunts: ['healthy'],
  },
  {
    name: 'no refusal memory',
    patches: [
      settling((original) => (item, ...rest) => ({ ...original(item, ...rest), refused: item.refused })),
    ],
    hunts: ['bad password'],
  },
  {
    name: 'both versions retried for ever',
    patches: [
      judging((item) => ({
        ...item,
        failures: [],
        refused: item.refused.map((refusal) => ({ ...refusal, standing: false })),
      })),
    ],
    hunts: ['bad password'],
  },
  { name: 'token life trusted at 86399 s', patches: [budget('TOKEN_LIFE_CAP_MS', '86_399_000')] },
  { name: 'a new version reopens at two', patches: [judging(neverAtTwo)], hunts: ['three wrong secrets', 'two wrong'] },
];

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
    hunts: ['(3)', 'anything at any time'],
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

export const mutants: readonly Mutant[] = [...old, ...second];
