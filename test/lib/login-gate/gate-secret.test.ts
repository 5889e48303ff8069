import { describe, expect, test } from 'vitest';
import type { CredentialSource } from '../../../lib/enkash/credentials.ts';
import { AppError, CredentialsError } from '../../../lib/errors.ts';
import { accepted, account, createStage, credentialsOf, partner, type Stage } from '../../rigs/login-gate-setup.ts';

const inTime = (stage: Stage) => stage.clock.now() + 9_000;
const v0 = credentialsOf('v0');

/** A stage where one process has logged in a moment ago, and its session. */
async function served() {
  const stage = createStage([accepted('t1', 300_000)]);
  const call = stage.gate().get(partner, inTime(stage));
  await stage.after(call, 1_000);
  return { stage, session: await call };
}

/** A process that has served nobody yet, at a Secrets Manager that answers so. */
function newcomer(stage: Stage, credentials: Partial<CredentialSource>) {
  return stage.gate({ credentials: { ...stage.deps.credentials, ...credentials } });
}

describe('a process that cannot read AWSCURRENT just now', () => {
  test('uses the last one that it knows while Secrets Manager is down, even where no login is noted for the partner', async () => {
    const { stage } = await served();
    const gate = stage.gate({
      credentials: {
        ...stage.deps.credentials,
        fresh: () => Promise.reject(new CredentialsError('unreachable')),
        current: async () => v0,
      },
      store: { ...stage.table, readPointer: async () => undefined },
    });
    expect(await stage.after(gate.get(partner, inTime(stage)))).toMatchObject({ token: 't1' });
  });

  test('does not use an older one where AWSCURRENT is there but not filled', async () => {
    const stage = createStage([accepted('t1')]);
    let asked = 0;
    const current = async () => {
      asked += 1;
      return v0;
    };
    const gate = newcomer(stage, { fresh: () => Promise.reject(new CredentialsError('not-filled')), current });
    expect(await stage.after(gate.get(partner, inTime(stage)))).toBe('CREDENTIALS_UNAVAILABLE not-filled 5');
    expect([asked, stage.logins]).toEqual([0, []]);
  });

  test('serves the login of the last token where AWSCURRENT is not filled', async () => {
    const { stage } = await served();
    const broken = () => Promise.reject(new CredentialsError('not-filled'));
    const gate = newcomer(stage, { fresh: broken, current: broken });
    expect(await stage.after(gate.get(partner, inTime(stage)))).toMatchObject({ token: 't1' });
    expect(stage.logins).toHaveLength(1);
  });

  test('hides no other error behind the login of the last token', async () => {
    const { stage } = await served();
    const gate = newcomer(stage, { fresh: () => Promise.reject(new AppError('INTERNAL', { reason: 'other' })) });
    expect(await stage.after(gate.get(partner, inTime(stage)))).toBe('INTERNAL other undefined');
  });
});

test('a token taken into memory at start serves with neither table nor Secrets Manager', async () => {
  const { stage } = await served();
  const gate = stage.gate();
  await stage.after(gate.preload(partner), 100);
  stage.store.down = true;
  stage.secrets.down = true;
  expect(await stage.after(gate.get(partner, inTime(stage)))).toMatchObject({ token: 't1' });
});

test('a new token that EnKash refused is repeated with the very same session, after a second', async () => {
  const { stage, session } = await served();
  const controlRead = () => Promise.reject(new Error('not asked for'));
  const begun = stage.clock.now();
  const renewed = stage
    .gate()
    .renew({ partner, session, account, deadline: inTime(stage), repeated: false, controlRead })
    .then((again) => ({ again, tookMs: stage.clock.now() - begun }));
  // One read of the item takes 5 ms.
  expect(await stage.after(renewed)).toEqual({ again: session, tookMs: 1_005 });
  expect((await renewed).again).toBe(session);
});

test('an outcome that the table did not take is stored again a second later, not before', async () => {
  const stage = createStage([accepted('t1', 300_000)]);
  const gate = stage.gate();
  let endedAt = 0;
  const call = gate.get(partner, inTime(stage)).finally(() => {
    endedAt = stage.clock.now();
  });
  await stage.clock.runUntil(stage.clock.now() + 100);
  stage.store.down = true;
  await stage.after(call, 900);
  const before = stage.store.reads;
  // The last try began 5 ms before the answer: its write took them.
  await stage.clock.runUntil(endedAt + 994);
  await stage.after(gate.get(partner, inTime(stage)), 0);
  expect(stage.store.reads - before).toBe(0);
  await stage.clock.runUntil(endedAt + 995);
  expect(await stage.after(gate.get(partner, inTime(stage)), 5)).toMatchObject({ token: 't1' });
  expect(stage.store.reads - before).toBe(1);
});
