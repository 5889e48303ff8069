import type * as acquire from '../../../lib/login-gate/acquire.ts';
import type * as rules from '../../../lib/login-gate/rules.ts';
import { type Mutant, setConstant, wrap } from './mutate.ts';

type Standing = typeof rules.standingOf;
type Choose = typeof rules.chooseVersion;
type Settle = typeof rules.settle;
type TakeLease = typeof rules.takeLease;
type GiveBack = typeof rules.giveBack;

const withoutLimit = [
  wrap<Standing>('login-gate/rules.ts', 'standingOf', (original) => (item, me, now) => {
    const standing = original(item, me, now);
    return standing.kind === 'closed' ? original({ ...item, failures: 1 }, me, now) : standing;
  }),
  wrap<Choose>(
    'login-gate/rules.ts',
    'chooseVersion',
    (original) =>
      (item, ...rest) =>
        original({ ...item, failures: 0 }, ...rest),
  ),
];

export const mutants: readonly Mutant[] = [
  {
    name: 'permission not spent by a login that needed none',
    patches: [
      wrap<TakeLease>('login-gate/rules.ts', 'takeLease', (original) => (item, ...rest) => ({
        ...original(item, ...rest),
        allowOne: item.allowOne && item.failures < 2,
      })),
    ],
  },
  {
    name: 'no lease',
    patches: [
      wrap<Standing>(
        'login-gate/rules.ts',
        'standingOf',
        (original) => (item, me, now) =>
          original(item.lease?.owner === me ? item : { ...item, lease: undefined }, me, now),
      ),
    ],
  },
  { name: 'short lease', patches: [setConstant('login-gate/rules.ts', 'LEASE_MS', '2_000')] },
  {
    name: 'no fence after a thaw',
    patches: [
      setConstant('login-gate/lease.ts', 'TRUSTED_MS', 'Number.POSITIVE_INFINITY'),
      setConstant('login-gate/rules.ts', 'SEND_WITHIN_MS', 'Number.POSITIVE_INFINITY'),
      setConstant('login-gate/lease.ts', 'LOGIN_NEEDS_MS', 'Number.NEGATIVE_INFINITY'),
    ],
  },
  {
    name: 'no count before sending',
    patches: [
      wrap<TakeLease>('login-gate/rules.ts', 'takeLease', (original) => (item, ...rest) => ({
        ...original(item, ...rest),
        failures: item.failures,
      })),
      wrap<GiveBack>('login-gate/rules.ts', 'giveBack', (original) => (item, lease) => ({
        ...original(item, lease),
        failures: item.failures,
      })),
      wrap<Settle>(
        'login-gate/rules.ts',
        'settle',
        (original) =>
          (item, ...rest) =>
            original({ ...item, failures: item.failures + 1 }, ...rest),
      ),
    ],
  },
  {
    name: 'fail open',
    patches: [
      wrap<typeof acquire.acquireSession>(
        'login-gate/acquire.ts',
        'acquireSession',
        (original) => async (deps, memory, deadline) => {
          try {
            return await original(deps, memory, deadline);
          } catch (error) {
            if (!(error instanceof Error) || !('reason' in error) || error.reason !== 'gate-unreachable') throw error;
            const credentials = await deps.credentials.current(memory.partner);
            const outcome = await deps.login(credentials);
            if (outcome.kind !== 'accepted') throw error;
            return { token: outcome.token, credentials, issuedAt: deps.now(), expiresAt: deps.now() + 60_000 };
          }
        },
      ),
    ],
  },
  {
    name: 'no owner echo',
    patches: [
      wrap<Standing>(
        'login-gate/rules.ts',
        'standingOf',
        (original) => (item, me, now) => original(item, `not ${me}`, now),
      ),
    ],
  },
  {
    name: 'no refusal memory',
    patches: [
      wrap<Settle>('login-gate/rules.ts', 'settle', (original) => (item, ...rest) => ({
        ...original(item, ...rest),
        refused: item.refused,
      })),
    ],
  },
  {
    name: 'both versions retried for ever',
    patches: [
      ...withoutLimit,
      wrap<Settle>('login-gate/rules.ts', 'settle', (original) => (item, ...rest) => {
        const settled = original(item, ...rest);
        return { ...settled, refused: settled.refused.map((refusal) => ({ ...refusal, standing: false })) };
      }),
    ],
  },
  {
    name: 'refresh ahead of expiry',
    patches: [
      setConstant('login-gate/tokens.ts', 'EARLY_MS', '60_000'),
      wrap<Standing>(
        'login-gate/rules.ts',
        'standingOf',
        (original) =>
          (item, ...rest) =>
            original({ ...item, token: undefined }, ...rest),
      ),
    ],
  },
  {
    name: 'token life trusted at 86399 s',
    patches: [setConstant('login-gate/tokens.ts', 'TOKEN_LIFE_CAP_MS', '86_399_000')],
  },
  { name: 'a new version reopens at two', patches: withoutLimit },
];
