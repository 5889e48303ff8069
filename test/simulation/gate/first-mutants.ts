import type * as gates from '../../../lib/login-gate/identity-gate.ts';
import type { GateItem } from '../../../lib/login-gate/item.ts';
import type * as tokens from '../../../lib/login-gate/token.ts';
import type * as transitions from '../../../lib/login-gate/transitions.ts';
import { type Mutant, wrap } from './mutate.ts';
import { budget, counting, endless, judging, settling } from './patches.ts';

const neverAtTwo = ({ failures, ...item }: GateItem): GateItem => ({
  ...item,
  failures: failures.slice(0, 1).map((failed) => ({ ...failed, count: 1 })),
});

/** The eleven broken gates of the first edition. */
export const firstMutants: readonly Mutant[] = [
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
    name: 'no owner echo',
    patches: [
      counting((original) => (item, ...rest) => {
        const { lease, ...counted } = original(item, ...rest);
        return { ...counted, lease: lease && { ...lease, owner: `${lease.owner}?` } };
      }),
    ],
    hunts: ['table loses replies'],
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
    patches: [judging((item) => ({ ...item, failures: [], refused: [] }))],
    hunts: ['bad password'],
  },
  { name: 'token life trusted at 86399 s', patches: [budget('TOKEN_LIFE_CAP_MS', '86_399_000')] },
  { name: 'a new version reopens at two', patches: [judging(neverAtTwo)], hunts: ['three wrong secrets', 'two wrong'] },
];
