import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { eventBridgeSchemas } from '../../lib/api/event-documents.ts';
import { openApiDocument } from '../../lib/api/openapi.ts';

/** `npm run openapi` writes the committed contract and the schemas of the bus; `-- --check` only says whether they are what the code has. */
const root = join(import.meta.dirname, '..', '..');
const files = [
  ['openapi.json', openApiDocument()] as const,
  ...Object.entries(eventBridgeSchemas()).map(([name, schema]) => [`lib/alerts/schemas/${name}`, schema] as const),
];

for (const [name, content] of files) {
  const path = join(root, name);
  const text = `${JSON.stringify(content, null, 2)}\n`;
  if (!process.argv.includes('--check')) {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
  } else if (readOrNothing(path) !== text) {
    process.stderr.write(`${name} is not what the code says: npm run openapi, and a line in CHANGELOG.md\n`);
    process.exitCode = 1;
  }
}

function readOrNothing(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}
