import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const file = join(import.meta.dirname, '..', 'commands', 'RUNBOOKS.md');

/**
 * The steps of a section of RUNBOOKS.md on one line, without its opening words: mail shows neither lines nor marks.
 * @throws Error when no section has the id
 */
export function runbookSteps(id: string): string {
  const section = readFileSync(file, 'utf8')
    .split(/^## /m)
    .find((text) => text.startsWith(`${id}\n`));
  if (section === undefined) throw new Error(`RUNBOOKS.md has no section ${id}`);
  const [, ...lines] = section.split('\n');
  return lines
    .join(' ')
    .replaceAll(/\*\*|`/g, '')
    .replaceAll(/\s+/g, ' ')
    .trim();
}
