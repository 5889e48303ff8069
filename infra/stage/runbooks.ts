import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const file = join(import.meta.dirname, '..', 'commands', 'RUNBOOKS.md');

/** What a section's commands are about. */
interface About {
  readonly stage: string;
  /** The partner or caller, for NAME. */
  readonly name?: string | undefined;
}

/**
 * A section of RUNBOOKS.md, its commands those of the stage.
 * @throws Error when no section has the id
 */
export function runbookSection(id: string, { stage, name = 'NAME' }: About): string {
  const section = readFileSync(file, 'utf8')
    .split(/^## /m)
    .find((text) => text.startsWith(`${id}\n`));
  if (section === undefined) throw new Error(`RUNBOOKS.md has no section ${id}`);
  return section
    .trim()
    .replaceAll(/(--stage |stage=)live\b/g, `$1${stage}`)
    .replaceAll(/\bNAME\b/g, name);
}

/**
 * Its steps on one line, without the opening words that the alarm's impact says: mail shows neither lines nor marks.
 * @throws Error when no section has the id
 */
export function runbookSteps(id: string, about: About): string {
  const [, ...lines] = runbookSection(id, about).split('\n');
  const first = lines.findIndex((line) => line.startsWith('1. '));
  return lines
    .slice(Math.max(0, first))
    .join(' ')
    .replaceAll(/\*\*|`/g, '')
    .replaceAll(/\s+/g, ' ');
}
