import { describe, expect, test } from 'vitest';
import type { CredentialSource, PartnerCredentials } from '../../../lib/enkash/credentials.ts';
import { CredentialsError } from '../../../lib/errors.ts';
import { versionOf } from '../../../lib/login-gate/content.ts';
import { open } from '../../../lib/login-gate/transitions.ts';
import { createVersions } from '../../../lib/login-gate/versions.ts';
import { createStage, credentialsOf, loginId, partner } from '../../rigs/login-gate-setup.ts';

const v1 = credentialsOf('v1');
const v0 = credentialsOf('v0');
const item = { ...open(undefined, loginId, true), rev: 1 };
const token = { ...versionOf(v0), partner, id: 't', issuedAt: 0, mayEndAt: 0, endsAt: 0, dead: false };
const foreign: PartnerCredentials = { ...credentialsOf('v1'), username: 'somebody else' };

type Found = PartnerCredentials | CredentialsError | undefined;

/** Versions of a secret as they are found; what was asked of it is noted. */
function rig(current: Found, previous?: Found, named?: Found) {
  const stage = createStage([]);
  const asked: string[] = [];
  const give = async (what: string, found: Found) => {
    asked.push(what);
    if (found instanceof CredentialsError) throw found;
    return found;
  };
  const mustGive = async (found: Found): Promise<PartnerCredentials> => {
    const given = await give('current', found);
    if (!given) throw new CredentialsError('not-filled');
    return given;
  };
  const credentials: CredentialSource = {
    current: () => mustGive(current),
    fresh: () => mustGive(current),
    previous: () => give('previous', previous),
    version: (_, versionId) => give(`version ${versionId}`, named),
  };
  const versions = createVersions({ ...stage.deps, credentials }, partner, loginId);
  return { stage, asked, versions };
}

describe('what a verdict is told of the versions', () => {
  test('is both of them where AWSCURRENT is unproven, and nothing before they were read', async () => {
    const { versions } = rig(v1, v0);
    expect(versions.known()).toEqual({ current: undefined, previous: undefined });
    const { contents, credentialsOf: find } = await versions.read(item, 0);
    expect(contents).toEqual({ current: versionOf(v1), previous: versionOf(v0) });
    expect(versions.known()).toEqual(contents);
    expect([find(versionOf(v1)), find(versionOf(v0))]).toEqual([v1, v0]);
    expect(() => find({ ...versionOf(v1), versionId: 'v7' })).toThrow('a version was chosen that was not there');
  });

  test('is AWSCURRENT alone where it is proven: the other is not asked for', async () => {
    const { versions, asked } = rig(v1, v0);
    const proven = { ...item, proven: [versionOf(v1).content] };
    expect((await versions.read(proven, 0)).contents).toEqual({ current: versionOf(v1), previous: undefined });
    expect(asked).toEqual(['current']);
  });

  test('is one version where two ids have the same content', async () => {
    const { versions } = rig({ ...v0, versionId: 'v1' }, v0);
    const { contents } = await versions.read(item, 0);
    expect(contents).toEqual({ current: versionOf({ ...v0, versionId: 'v1' }), previous: undefined });
  });

  test.each([
    ['is another login', foreign],
    ['is malformed', new CredentialsError('invalid')],
    ['is the placeholder', new CredentialsError('not-filled')],
  ])('is AWSPREVIOUS alone where AWSCURRENT %s', async (_, current) => {
    const { versions } = rig(current, v0);
    expect((await versions.read(item, 0)).contents).toEqual({ current: undefined, previous: versionOf(v0) });
  });

  test('does not hold an AWSPREVIOUS of another login', async () => {
    const { versions } = rig(v1, { ...foreign, versionId: 'v0' });
    expect((await versions.read(item, 0)).contents).toEqual({ current: versionOf(v1), previous: undefined });
  });

  test('cannot be had while Secrets Manager is out of reach', async () => {
    const { versions } = rig(new CredentialsError('unreachable'), v0);
    await expect(versions.read(item, 0)).rejects.toMatchObject({ reason: 'unreachable' });
    await expect(versions.withContent(token)).rejects.toMatchObject({ reason: 'unreachable' });
  });

  test('asks for AWSPREVIOUS again after 30 s, and not before', async () => {
    const { versions, asked, stage } = rig(v1, v0);
    for (const ms of [0, 29_999, 1]) {
      await stage.clock.runUntil(stage.clock.now() + ms);
      await versions.read(item, 0);
    }
    expect(asked.filter((what) => what === 'previous')).toHaveLength(2);
  });
});

describe('the version that opens a token', () => {
  test.each([
    ['AWSCURRENT, with which the token came', v0, undefined, undefined, v0, ['current']],
    ['AWSPREVIOUS, since it has the content', v1, v0, undefined, v0, ['current', 'previous']],
    ['the version that is named, staged or not', v1, undefined, v0, v0, ['current', 'previous', 'version v0']],
    ['none where the named one has other content', v1, undefined, v1, undefined, ['current', 'previous', 'version v0']],
  ] as const)('is %s', async (_, current, previous, named, expected, order) => {
    const { versions, asked } = rig(current, previous, named);
    expect(await versions.withContent(token)).toEqual(expected);
    expect(asked).toEqual(order);
  });

  test.each([new CredentialsError('not-filled'), new CredentialsError('invalid')])(
    'is AWSPREVIOUS where AWSCURRENT cannot be used: $reason',
    async (current) => {
      expect(await rig(current, v0).versions.withContent(token)).toEqual(v0);
    },
  );

  test('is not asked by the id of a version of another partner', async () => {
    const { versions, asked } = rig(v1, undefined, v0);
    expect(await versions.withContent({ ...token, partner: 'other' })).toBeUndefined();
    expect(asked).toEqual(['current', 'previous']);
  });
});
