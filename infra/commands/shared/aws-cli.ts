import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { OperatorError } from './arguments.ts';

/** Asks AWS by way of its CLI and whatever credentials that finds. @returns its JSON answer; undefined for an empty one */
export type AskAws = (...args: string[]) => Promise<unknown>;

/** What the CLI said of a call that AWS refused: an operator can read it, and it quotes no secret. */
export class AwsError extends OperatorError {
  override readonly name = 'AwsError';

  /** Whether AWS says that there is no such thing. */
  get isAbsent(): boolean {
    return /NotFound|does not exist|NoSuch/i.test(this.message);
  }
}

/** @throws OperatorError without the CLI; AwsError with the CLI's own last line, which names the operation and the reason */
export function awsCli(region: string): AskAws {
  return async (...args) => {
    try {
      const { stdout } = await promisify(execFile)('aws', [...args, '--region', region, '--output', 'json']);
      return stdout.trim() === '' ? undefined : JSON.parse(stdout);
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === 'ENOENT') {
        throw new OperatorError('The AWS CLI is not installed: https://docs.aws.amazon.com/cli/');
      }
      const said = error instanceof Error && 'stderr' in error ? String(error.stderr).trim().split('\n').at(-1) : '';
      throw new AwsError(said || 'the AWS CLI failed without a word');
    }
  };
}
