import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openApiDocument } from '../../lib/api/openapi.ts';

/** `npm run openapi` writes the committed contract; `-- --check` only says whether it is the one that the code has. */
const path = join(import.meta.dirname, '..', '..', 'openapi.json');
const text = `${JSON.stringify(openApiDocument(), null, 2)}\n`;

if (process.argv.includes('--check')) {
  if (readFileSync(path, 'utf8') !== text) {
    process.stderr.write('openapi.json is not what lib/api/routes says: npm run openapi, and a line in CHANGELOG.md\n');
    process.exitCode = 1;
  }
} else {
  writeFileSync(path, text);
}
