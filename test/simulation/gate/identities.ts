import type { Random } from '../../rigs/gate-clock.ts';
import type { Controls } from './controls.ts';
import type { Profile } from './judge.ts';
import {
  allowOne,
  base,
  changeAtEnkash,
  loginOf,
  MINUTE,
  NEW,
  OLD,
  openGate,
  PARTNER,
  saveSecret,
  tokensDie,
  withSecret,
} from './presets.ts';
import type { LoginFields, Step, World } from './world.ts';

const OTHER = 'beta';
const two = (first: LoginFields, second: LoginFields) => ({
  partners: [
    { name: PARTNER, login: first },
    { name: OTHER, login: second },
  ],
});
const right = (random: Random): boolean => random.chance(0.4);
const lose = (atMs: number): Step => ({ atMs, act: ({ table }) => table.lose() });
const anyLock = (random: Random) => ({ lockPer: random.chance(0.5) ? ('user' as const) : ('pair' as const) });
const users = ['user', 'user2'].map((username) => ({ username, password: OLD }));
const closedAtTwo = { ...base, ...withSecret('wrong') };

/** R19: whose failures, and who remembers them. */
export const identityProfiles: readonly Profile[] = [
  {
    name: 'two partners with one login',
    world: (random) => {
      const login = loginOf(right(random) ? OLD : 'wrong');
      const spelled = { ...login, username: random.chance(0.5) ? 'User' : 'user' };
      const script = [saveFor(OTHER, MINUTE, 'guess-1'), saveFor(PARTNER, 2 * MINUTE, 'guess-2')];
      return { ...base, ...two(login, spelled), ...(login.password === OLD ? {} : { script }) };
    },
    expects: { recovers: false, maxLogins: 5, maxRefused: 2 },
  },
  {
    name: 'two partners with one login, and one of them is rotated',
    world: (random) => {
      const at = random.between(MINUTE, 6 * MINUTE);
      const token = { ...base.token, lifeMs: random.chance(0.5) ? MINUTE : base.token.lifeMs };
      return {
        ...{ ...base, ...two(loginOf(OLD), loginOf(OLD)), token, checks: tokensDie },
        script: [changeAtEnkash(at, random.chance(0.5)), saveFor(PARTNER, at + random.between(-MINUTE, MINUTE), NEW)],
      };
    },
    expects: { recovers: false, maxRefused: 2 },
  },
  {
    name: 'two API clients with one user',
    world: (random) => {
      const mine = loginOf(random.chance(0.3) ? OLD : 'wrong');
      const password = random.chance(0.7) ? OLD : 'wrong-too';
      const theirs = { ...loginOf(password), basicId: 'basic-2', clientId: 'client-2' };
      const guesses = [1.5, 3, 4.5, 6, 7.5, 9].map((minute) => saveFor(PARTNER, minute * MINUTE, `guess at ${minute}`));
      // Tokens of a minute: each end lets one of the two try.
      const token = { ...base.token, lifeMs: MINUTE };
      const checks = { ...base.checks, early: false };
      const script = mine.password === OLD ? [] : guesses;
      return { ...base, ...two(mine, theirs), lockPer: 'pair', token, checks, script };
    },
    expects: { recovers: false },
  },
  {
    // A success of theirs must not forgive a login of mine that EnKash is still at.
    name: 'two partners, one wrong and slow, then the password changes',
    world: (random) => ({
      ...{ ...base, ms: 9 * MINUTE, gapMs: 4_000, breakConcurrent: false, ...two(loginOf('wrong'), loginOf(OLD)) },
      trouble: [0, 10_000],
      login: { latencyMs: [15_000, 50_000] },
      checks: { ...tokensDie, server: false },
      script: [changeAtEnkash(random.between(1.5, 4) * MINUTE, random.chance(0.7))],
    }),
    expects: { recovers: false, maxRefused: 3 },
  },
  {
    name: 'the API client mistyped twice, then right and permitted',
    world: (random) => ({
      ...base,
      lockPer: 'pair',
      checks: tokensDie,
      partners: [{ name: PARTNER, login: { ...loginOf('wrong'), clientId: 'typing-error' } }],
      script: [
        { atMs: MINUTE, act: ({ save }) => save(PARTNER, { basicId: 'another', password: 'wrong too' }) },
        { atMs: 2 * MINUTE, act: ({ save }) => save(PARTNER, loginOf(OLD)) },
        allowOne(random.between(3, 5) * MINUTE, { unlocked: true }),
      ],
    }),
    expects: { recovers: 0, maxRefused: 2 },
  },
  {
    name: 'Basic id rotated',
    world: (random) => ({
      ...base,
      ...withSecret(right(random) ? OLD : 'wrong'),
      ...anyLock(random),
      script: [1, 2, 3].map((nth) => ({
        atMs: nth * random.between(20_000, 3 * MINUTE),
        act: ({ save }) => save(PARTNER, { basicId: `basic-${nth}`, ...(random.chance(0.3) && { password: OLD }) }),
      })),
    }),
    expects: { recovers: false },
  },
  {
    name: '(8) another username after refusals',
    world: (random) => ({
      ...base,
      ...withSecret(right(random) ? OLD : 'wrong'),
      users,
      script: [
        saveSecret(MINUTE, 'guess'),
        {
          atMs: 2 * MINUTE,
          act: ({ save }) => save(PARTNER, { username: 'user2', password: random.chance(0.5) ? OLD : 'no' }),
        },
        openGate(3 * MINUTE, { neverTried: random.chance(0.5) }),
        { atMs: 6 * MINUTE, act: ({ save }) => save(PARTNER, { username: 'user', password: 'guess-2' }) },
        { atMs: 8 * MINUTE, act: ({ save }) => save(PARTNER, { username: 'USER', password: 'guess-3' }) },
      ],
    }),
    expects: { recovers: false },
  },
  {
    name: '(9) table lost at two',
    world: (random) => {
      const at = random.between(3 * MINUTE, 6 * MINUTE);
      const opened = random.chance(0.5) ? [openGate(at + MINUTE), saveSecret(at + 2 * MINUTE, 'guess-2')] : [];
      return { ...closedAtTwo, script: [saveSecret(MINUTE, 'guess'), lose(at), ...opened] };
    },
    expects: { recovers: false, maxLogins: 4 },
  },
  {
    name: 'table lost at any moment, password right',
    world: (random) => {
      const at = random.between(0, 9 * MINUTE);
      return {
        ...base,
        // When the last login was, is lost too.
        checks: { ...base.checks, spacing: false },
        script: [lose(at), openGate(at + random.between(1_000, MINUTE), { neverTried: random.chance(0.5) })],
      };
    },
    expects: { recovers: 0, maxRefused: 0 },
  },
  {
    name: 'table restored, and closed or not',
    world: (random) => ({ ...closedAtTwo, script: [saveSecret(MINUTE, 'guess'), ...restored(random)] }),
    expects: { recovers: false, maxLogins: 2 },
  },
  {
    name: '(10) own second and third start',
    world: (random) => ({
      ...base,
      ...withSecret('wrong'),
      script: [lose(random.between(MINUTE, 3 * MINUTE)), lose(5 * MINUTE)],
    }),
    expects: { recovers: false, maxLogins: 1 },
  },
  {
    name: 'never opened',
    world: () => ({ ...base, opened: false, script: [openGate(8 * MINUTE)] }),
    expects: { recovers: 0, maxRefused: 0, maxLogins: 3 },
  },
];

function saveFor(partner: string, atMs: number, password: string): Step {
  return { atMs, act: ({ save }) => save(partner, { password }) };
}

/** A backup of an early minute takes the table's place. Nobody need close its gates: they are closed. */
function restored(random: Random): World['script'] {
  let backup: ReturnType<Controls['table']['backup']> | undefined;
  const closes = random.chance(0.5);
  return [
    {
      atMs: random.between(0, 50_000),
      act: ({ table }) => {
        backup = table.backup();
      },
    },
    {
      atMs: random.between(3 * MINUTE, 5 * MINUTE),
      async act({ table, operator }) {
        if (backup) table.restore(backup);
        if (closes) await operator.close(PARTNER);
      },
    },
  ];
}
