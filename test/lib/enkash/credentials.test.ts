import { describe, expect, test } from 'vitest';
import { createCredentialSource, placeholderSecret, type SecretSelector } from '../../../lib/enkash/credentials.ts';
import { rejectionOf } from '../../rigs/enkash-sample.ts';
import { refused, secretWith } from '../../rigs/secret-sample.ts';

type Stored = { text: string; versionId: string };
/** A secret store whose versions and health the test changes. */
function startSource(stages: Record<string, Stored> = { AWSCURRENT: { text: secretWith({}), versionId: 'v1' } }) {
  const clock = { ms: 1_000_000 };
  const store = { down: false, asked: [] as [string, SecretSelector][], stages };
  const source = createCredentialSource({
    secretIds: { acme: 'enkash/acme', other: 'enkash/other' },
    now: () => clock.ms,
    async fetchSecret(secretId, selector) {
      store.asked.push([secretId, selector]);
      if (store.down) throw new Error(`canary-password of ${secretId}`);
      if ('stage' in selector) return store.stages[selector.stage];
      return Object.values(store.stages).find(({ versionId }) => versionId === selector.versionId);
    },
  });
  return { clock, store, source };
}

describe('the current version', () => {
  test('is asked for once in five minutes, however many want it', async () => {
    const { clock, store, source } = startSource();
    await Promise.all([source.current('acme'), source.current('acme'), source.current('acme')]);
    clock.ms += 299_999;
    expect(await source.current('acme')).toMatchObject({ password: 'canary-password', versionId: 'v1' });
    expect(store.asked).toStrictEqual([['enkash/acme', { stage: 'AWSCURRENT' }]]);
    clock.ms += 1;
    await source.current('acme');
    expect(store.asked).toHaveLength(2);
  });

  test('is kept per partner', async () => {
    const { store, source } = startSource();
    await source.current('acme');
    await source.current('other');
    expect(store.asked.map(([secretId]) => secretId)).toStrictEqual(['enkash/acme', 'enkash/other']);
  });

  test('shows a rotation after five minutes, and at once to whoever needs it fresh', async () => {
    const { clock, store, source } = startSource();
    await source.current('acme');
    store.stages = { AWSCURRENT: { text: secretWith({ password: 'new' }), versionId: 'v2' } };
    clock.ms += 30_000;
    expect(await source.current('acme')).toMatchObject({ versionId: 'v1' });
    expect(await source.fresh('acme', 30_000)).toMatchObject({ versionId: 'v2', password: 'new' });
    expect(await source.current('acme')).toMatchObject({ versionId: 'v2' });
  });

  test('of a partner that no secret is known for is CREDENTIALS_UNAVAILABLE, and nobody is asked', async () => {
    const { store, source } = startSource();
    for (const partner of ['nobody', 'constructor', '__proto__', 'toString']) {
      expect(await rejectionOf(source.current(partner))).toMatchObject(refused('unknown-partner'));
    }
    expect(store.asked).toStrictEqual([]);
  });

  test('that does not exist yet is not-filled', async () => {
    const { source } = startSource({});
    expect(await rejectionOf(source.current('acme'))).toMatchObject(refused('not-filled'));
  });

  test('that was filled after a refusal is seen on the next request', async () => {
    const { store, source } = startSource({ AWSCURRENT: { text: placeholderSecret, versionId: 'v0' } });
    expect(await rejectionOf(source.current('acme'))).toMatchObject(refused('not-filled'));
    store.stages = { AWSCURRENT: { text: secretWith({}), versionId: 'v1' } };
    expect(await source.current('acme')).toMatchObject({ versionId: 'v1' });
  });
});

describe('while Secrets Manager is down', () => {
  test('at start every request is told so, quoting nothing, and the first one after it works', async () => {
    const { store, source } = startSource();
    store.down = true;
    for (let request = 0; request < 3; request += 1) {
      const error = await rejectionOf(source.current('acme'));
      expect(error).toMatchObject({ ...refused('unreachable'), retryAfterSeconds: 5 });
      expect(Object(error).cause).toBeUndefined();
      expect(`${Object(error).stack}${JSON.stringify(error)}`).not.toContain('canary');
    }
    store.down = false;
    expect(await source.current('acme')).toMatchObject({ versionId: 'v1' });
  });

  test('the last known version serves for an hour, asking again every ten seconds only', async () => {
    const { clock, store, source } = startSource();
    await source.current('acme');
    store.down = true;
    clock.ms += 300_000;
    const before = store.asked.length;
    for (let request = 0; request < 10; request += 1) {
      expect(await source.current('acme')).toMatchObject({ versionId: 'v1' });
      clock.ms += 1_000;
    }
    expect(store.asked.length - before).toBe(1);
    await source.current('acme');
    expect(store.asked.length - before).toBe(2);
    clock.ms += 3_600_000;
    expect(await rejectionOf(source.current('acme'))).toMatchObject(refused('unreachable'));
  });

  test('a login, which needs it fresh, does without', async () => {
    const { clock, store, source } = startSource();
    await source.current('acme');
    store.down = true;
    clock.ms += 30_000;
    expect(await rejectionOf(source.fresh('acme', 30_000))).toMatchObject(refused('unreachable'));
  });

  test('the new version is seen once it is up again', async () => {
    const { clock, store, source } = startSource();
    await source.current('acme');
    store.down = true;
    clock.ms += 300_000;
    await source.current('acme');
    store.down = false;
    store.stages = { AWSCURRENT: { text: secretWith({}), versionId: 'v2' } };
    clock.ms += 10_000;
    expect(await source.current('acme')).toMatchObject({ versionId: 'v2' });
  });

  test('a version that was made malformed is not replaced by the old one in silence', async () => {
    const { clock, store, source } = startSource();
    await source.current('acme');
    store.stages = { AWSCURRENT: { text: 'canary-password', versionId: 'v2' } };
    clock.ms += 300_000;
    expect(await rejectionOf(source.current('acme'))).toMatchObject(refused('invalid'));
  });
});

describe('another version', () => {
  const stages = {
    AWSCURRENT: { text: secretWith({}), versionId: 'v2' },
    AWSPREVIOUS: { text: secretWith({ password: 'old' }), versionId: 'v1' },
  };
  test('is found by its stage and by its id', async () => {
    const { source } = startSource(stages);
    expect(await source.previous('acme')).toMatchObject({ versionId: 'v1', password: 'old' });
    expect(await source.version('acme', 'v1')).toMatchObject({ versionId: 'v1' });
    expect(await source.version('acme', 'v9')).toBeUndefined();
  });

  test('that is the one held costs no call', async () => {
    const { store, source } = startSource(stages);
    await source.current('acme');
    expect(await source.version('acme', 'v2')).toMatchObject({ versionId: 'v2' });
    expect(store.asked).toHaveLength(1);
  });

  test.each([
    ['a placeholder', placeholderSecret],
    ['malformed', 'canary-password'],
  ])('that is %s counts as absent', async (_, text) => {
    const { source } = startSource({ ...stages, AWSPREVIOUS: { text, versionId: 'v1' } });
    expect(await source.previous('acme')).toBeUndefined();
  });

  test('that cannot be asked for is unreachable', async () => {
    const { store, source } = startSource(stages);
    store.down = true;
    expect(await rejectionOf(source.previous('acme'))).toMatchObject(refused('unreachable'));
  });
});
