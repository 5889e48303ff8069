import { chmodSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { AwsError, awsCli } from '../../../../infra/commands/shared/aws-cli.ts';

/** A program of the CLI's name, in front of everything else. */
function install(script: string): void {
  const folder = mkdtempSync(join(tmpdir(), 'aws-'));
  writeFileSync(join(folder, 'aws'), `#!/bin/sh\n${script}\n`);
  chmodSync(join(folder, 'aws'), 0o755);
  process.env.PATH = `${folder}:${path}`;
}

const { PATH: path = '' } = process.env;
beforeEach(() => {
  process.env.PATH = path;
});
afterEach(() => {
  process.env.PATH = path;
});

describe('the AWS CLI', () => {
  test('is asked for JSON of the region, and its answer is read', async () => {
    install(`printf '{"args":"%s"}' "$*"`);
    expect(await awsCli('ap-south-1')('sts', 'get-caller-identity')).toEqual({
      args: 'sts get-caller-identity --region ap-south-1 --output json',
    });
  });

  test('may answer nothing', async () => {
    install('exit 0');
    expect(await awsCli('ap-south-1')('x', 'delete-y')).toBeUndefined();
  });

  test('says why it refuses, and whether the thing is absent', async () => {
    install('echo; echo "An error occurred (ParameterNotFound) when calling GetParameter: none" >&2; exit 254');
    const refused: unknown = await awsCli('ap-south-1')('ssm', 'get-parameter').catch((error: unknown) => error);
    expect(refused).toMatchObject({ message: expect.stringContaining('ParameterNotFound'), isAbsent: true });
    install('echo "Unable to locate credentials" >&2; exit 253');
    await expect(awsCli('ap-south-1')('ssm', 'get-parameter')).rejects.toThrow('Unable to locate credentials');
    expect(new AwsError('AccessDenied').isAbsent).toBe(false);
  });

  test('that is not installed is named', async () => {
    process.env.PATH = mkdtempSync(join(tmpdir(), 'empty-'));
    await expect(awsCli('ap-south-1')('sts', 'x')).rejects.toThrow('The AWS CLI is not installed');
  });
});
