import { parseArgs } from 'node:util';
import * as z from 'zod';
import { describeUnexpected } from '../../../lib/log.ts';
import { didYouMean } from '../../stage/near.ts';

/** What an operator can put right; the message says what and how, and quotes no secret. */
export class OperatorError extends Error {
  override readonly name: string = 'OperatorError';
}

/** The command was called wrongly, so nothing was done; the message says what was wrong, then the usage. */
export class UsageError extends OperatorError {
  override readonly name = 'UsageError';

  constructor(problem: string, usage: string) {
    super(`${problem}\n\n${usage}`);
  }
}

/** `--help` was given; the message is the usage. */
class HelpAsked extends Error {}

/** A command's work: prints its lines, and says whether all is well. */
export type Command = (args: readonly string[], print: (line: string) => void) => Promise<boolean>;

/** What every command's exit code says. */
export const exitCodes = { well: 0, wrong: 1, usage: 2 } as const;
export const exitCodesUsage = 'Exit codes: 0 all is well, 1 something is wrong and the output says what, 2 wrong usage';

/**
 * Takes the verb off the arguments.
 * @throws UsageError that names the verbs; what shows the usage for `--help`
 */
export function readVerb<V extends string>(
  [verb, ...rest]: readonly string[],
  usage: string,
  verbs: readonly V[],
): { readonly verb: V; readonly rest: readonly string[] } {
  if (verb === '--help' || verb === '-h' || verb === 'help') throw new HelpAsked(usage);
  const known = verbs.find((name) => name === verb);
  if (known !== undefined) return { verb: known, rest };
  const choice = `Say what to do: ${verbs.join(' or ')}.`;
  if (verb === undefined || verb.startsWith('-')) throw new UsageError(choice, usage);
  throw new UsageError(`There is no "${verb}". ${didYouMean(verb, verbs) ?? choice}`, usage);
}

/**
 * The command's options, checked.
 * @param shape option name -> schema of its text; an option whose schema takes a boolean is a flag
 * @throws UsageError that names the option; what shows the usage for `--help`
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
  const parsed = z.object(shape).safeParse(parse(args, options, usage));
  if (parsed.success) return parsed.data;
  const wrong = parsed.error.issues.map(({ path, message }) => `--${path.join('.')}: ${message}`);
  throw new UsageError(wrong.join('\n'), usage);
}

function parse(
  args: readonly string[],
  options: Record<string, { type: 'boolean' | 'string' }>,
  usage: string,
): Readonly<Record<string, unknown>> {
  const help = { help: { type: 'boolean' as const, short: 'h' } };
  let values: Readonly<Record<string, unknown>>;
  try {
    values = parseArgs({ args: [...args], options: { ...options, ...help } }).values;
  } catch (error) {
    throw new UsageError(problemOf(error, Object.keys(options)), usage);
  }
  if (values.help) throw new HelpAsked(usage);
  return values;
}

/** What is wrong with the arguments, and which option is near. */
export function problemOf(error: unknown, names: readonly string[]): string {
  const words = error instanceof Error ? error.message : '';
  const unknown = /^Unknown option '(-[^']*)'/.exec(words)?.[1];
  if (unknown !== undefined) {
    const near = didYouMean(
      unknown,
      names.map((name) => `--${name}`),
    );
    return `There is no option ${unknown}.${near === undefined ? '' : ` ${near}`}`;
  }
  const argument = /^Unexpected argument '([^']*)'/.exec(words)?.[1];
  return argument === undefined ? words : `"${argument}" is not expected: every value stands behind its option.`;
}

export const stageName = z.string('is needed').regex(/^[a-z][a-z0-9-]{1,30}$/, 'is not a stage name');

/**
 * Runs a command of this process, and sets its exit code. What an operator can put right is told in words; of any other
 * error only the class and the place are shown, since its message may quote a secret.
 */
export async function runCommand(command: Command): Promise<void> {
  // A reader of the first lines alone, as `| head` is, does not stop the work.
  process.stdout.on('error', () => {});
  try {
    const well = await command(process.argv.slice(2), (line) => process.stdout.write(`${line}\n`));
    if (!well) process.exitCode = exitCodes.wrong;
  } catch (error) {
    if (error instanceof HelpAsked) return void process.stdout.write(`${error.message}\n${exitCodesUsage}\n`);
    process.exitCode = error instanceof UsageError ? exitCodes.usage : exitCodes.wrong;
    process.stderr.write(`${wordsOf(error)}\n`);
  }
}

function wordsOf(error: unknown): string {
  if (error instanceof OperatorError) return error.message;
  const { errorName, errorAt = 'an unknown place' } = describeUnexpected(error);
  return `Unexpected ${errorName} at ${errorAt}; its message is not shown, since it may quote a secret.`;
}
