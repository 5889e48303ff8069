import type { Profile } from './judge.ts';
import {
  base,
  changeAtEnkash,
  early,
  MINUTE,
  NEW,
  OLD,
  PARTNER,
  rotating,
  rotation,
  saveSecret,
  withSecret,
} from './presets.ts';
import { ambiguous } from './replies.ts';
import type { Step } from './world.ts';

const permitSame = (atMs: number): Step => ({
  atMs,
  act: ({ operator }) => void operator.allowOne(PARTNER, { sameSecret: true }),
});

/** The password is wrong, or changes. */
export const passwordProfiles: readonly Profile[] = [
  {
    name: 'bad password',
    world: () => ({ ...base, ...withSecret('wrong') }),
    expects: { recovers: false, maxLogins: 1 },
  },
  {
    name: 'bad password, processes crash',
    world: () => ({ ...base, ...withSecret('wrong'), crash: 0.4, login: { replyLost: 0.3 } }),
    expects: { recovers: false, maxLogins: 2 },
  },
  {
    name: 'bad password behind pages',
    world: (random) => ({
      ...base,
      ...withSecret('wrong'),
      login: { edge: random.chance(0.5) ? 1 : 0.5, edgeReplies: ambiguous },
    }),
    expects: { recovers: false, maxLogins: 2 },
  },
  {
    // The runbook's operator errs: a guess is saved, and one login permitted beside it.
    name: 'bad password, allow-one at one failure, guesses saved',
    world: (random) => ({
      ...base,
      ...withSecret('wrong'),
      script: [
        permitSame(60_000),
        saveSecret(60_000 + random.between(0, 2_000), 'wrong-1'),
        saveSecret(90_000 + random.between(0, 60_000), 'wrong-2'),
      ],
    }),
    expects: { recovers: false, maxLogins: 2 },
  },
  {
    name: 'bad password, the same login saved again',
    world: (random) => ({
      ...base,
      ...withSecret('wrong'),
      script: [1, 2, 3].map((nth) => ({
        atMs: nth * random.between(20_000, 3 * MINUTE),
        act: ({ save }) => save(PARTNER, {}),
      })),
    }),
    expects: { recovers: false, maxLogins: 1 },
  },
  {
    name: 'table down, bad password',
    world: (random) => ({
      ...base,
      ...withSecret('wrong'),
      storeDown: true,
      trouble: [random.between(0, 1_000), 5 * MINUTE],
    }),
    expects: { recovers: false, maxLogins: 2 },
  },
  {
    name: 'rotation, secret first',
    world: (random) => {
      const at = early(random);
      return { ...rotating, script: rotation(at + MINUTE, at, random.chance(0.3)) };
    },
    // Should EnKash kill a token in its first seconds, the 401 is doubted for a minute.
    expects: { recovers: 0, maxRefused: 2, minAvailability: 0.9 },
  },
  {
    name: 'rotation, EnKash first',
    world: (random) => {
      const at = early(random);
      return { ...rotating, script: rotation(at, at + MINUTE, random.chance(0.3)) };
    },
    expects: { recovers: 0, maxRefused: 1, minAvailability: 0.85 },
  },
  {
    // Once the new secret has worked, the one before it is obsolete, though EnKash may never have refused it.
    name: 'a second rotation, EnKash first',
    world: (random) => {
      const first = early(random) / 3;
      const second = random.between(7 * MINUTE, 9 * MINUTE);
      return {
        ...rotating,
        script: [
          ...rotation(first, first + random.between(-30_000, 30_000), random.chance(0.3)),
          changeAtEnkash(second, random.chance(0.3), 'third-password'),
          saveSecret(second + random.between(20_000, 3 * MINUTE), 'third-password'),
        ],
      };
    },
    expects: { recovers: 0, maxRefused: 2 },
  },
  {
    name: 'a typing error saved, later the password changed, then corrected',
    world: (random) => {
      const at = random.between(6 * MINUTE, 8 * MINUTE);
      return {
        ...rotating,
        script: [
          saveSecret(early(random) / 5, 'typo'),
          changeAtEnkash(at, random.chance(0.3)),
          saveSecret(at + random.between(20_000, 2 * MINUTE), NEW),
        ],
      };
    },
    expects: { recovers: 0, maxRefused: 2 },
  },
  {
    name: 'password changed, two wrong secrets saved',
    world: (random) => {
      const at = early(random);
      return {
        ...rotating,
        script: [
          changeAtEnkash(at, true),
          saveSecret(at + random.between(15_000, 60_000), 'wrong-1'),
          saveSecret(at + random.between(90_000, 150_000), 'wrong-2'),
        ],
      };
    },
    expects: { recovers: false, maxRefused: 2 },
  },
  {
    name: 'wrong secret saved, corrected later',
    world: (random) => {
      const at = early(random);
      return {
        ...base,
        script: [saveSecret(at, 'wrong'), saveSecret(at + random.between(MINUTE, 4 * MINUTE), OLD)],
      };
    },
    expects: { recovers: 0, maxRefused: 2, minAvailability: 0.97 },
  },
];
