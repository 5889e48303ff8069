import { parseArgs } from 'node:util';
import * as z from 'zod';
import { describeUnexpected } from '../../../lib/log.ts';

/** What an operator can put right; the message says what and how, and quotes no secret. */
export class OperatorError extends Error {
  override readonly name = 'OperatorError';
}

/** A command's work: prints its lines, and says whether all is well. */
export type Command = (args: readonly string[], print: (line: string) => void) => Promise<boolean>;

/**
 * The command's options, checked. `--help` prints the usage by way of an error.
 * @param shape option name -> schema of its text; an option whose schema takes a boolean is a flag
 * @throws OperatorError with the usage
 */
export function readArguments<S extends z.ZodRawShape>(
  args: readonly string[],
  usage: string,
  shape: S,
): z.output<z.ZodObject<S>> {
  const options = Object.fromEntries(
    Object.entries(shape).map(([name, schema]) => {
      const flag = z.safeParse(schema, true).success;
      return [name, { type: flag ? ('boolean' as const) : ('string' as const) }];
    }),
  );
  const given = parse(args, options, usage);
  const parsed = z.object(shape).safeParse(given);
  if (parsed.success) return parsed.data;
  const wrong = parsed.error.issues.map(({ path, message }) => `--${path.join('.')}: ${message}`);
  throw new OperatorError(`${wrong.join('\n')}\n\n${usage}`);
}

function parse(
  args: readonly string[],
  options: Record<string, { type: 'boolean' | 'string' }>,
  usage: string,
): Readonly<Record<string, unknown>> {
  const help = { help: { type: 'boolean' as const } };
  try {
    const { values } = parseArgs({ args: [...args], options: { ...options, ...help } });
    if (!values.help) return values;
  } catch (error) {
    throw new OperatorError(`${error instanceof Error ? error.message : ''}\n\n${usage}`);
  }
  throw new OperatorError(usage);
}

export const stageName = z.string('is needed').regex(/^[a-z][a-z0-9-]{1,30}$/, 'is not a stage name');

/**
 * Runs a command of this process. What an operator can put right is told in words; of any other error only the class
 * and the place are shown, since its message may quote a secret.
 */
export async function runCommand(command: Command): Promise<void> {
  // Whoever reads only the first lines, as `| head` does, takes nothing away from the work.
  process.stdout.on('error', () => {});
  try {
    const well = await command(process.argv.slice(2), (line) => process.stdout.write(`${line}\n`));
    if (!well) process.exitCode = 1;
  } catch (error) {
    process.exitCode = 1;
    process.stderr.write(`${wordsOf(error)}\n`);
  }
}

function wordsOf(error: unknown): string {
  if (error instanceof OperatorError) return error.message;
  const { errorName, errorAt = 'an unknown place' } = describeUnexpected(error);
  return `Unexpected ${errorName} at ${errorAt}; its message is not shown, since it may quote a secret.`;
}
