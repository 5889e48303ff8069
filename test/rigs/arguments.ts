import { type ParseArgsConfig, parseArgs } from 'node:util';
import { exitCodes, exitCodesUsage, problemOf } from '../../infra/commands/shared/arguments.ts';

/** Options of a command of the tests. `--help` shows the usage; a wrong option is named, with exit code 2. */
export function readOptions<T extends ParseArgsConfig>(usage: string, config: T): ReturnType<typeof parseArgs<T>> {
  if (process.argv.slice(2).some((argument) => argument === '--help' || argument === '-h')) {
    process.stdout.write(`${usage}\n${exitCodesUsage}\n`);
    process.exit(exitCodes.well);
  }
  try {
    return parseArgs(config);
  } catch (error) {
    process.stderr.write(`${problemOf(error, Object.keys(config.options ?? {}))}\n\n${usage}\n`);
    process.exit(exitCodes.usage);
  }
}
