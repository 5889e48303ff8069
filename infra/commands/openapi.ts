import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import * as z from 'zod';
import { eventBridgeSchemas } from '../../lib/api/event-documents.ts';
import { openApiDocument } from '../../lib/api/openapi.ts';
import { type Command, readArguments, runCommand } from './shared/arguments.ts';

const root = join(import.meta.dirname, '..', '..');
const files = [
  ['openapi.json', openApiDocument()] as const,
  ...Object.entries(eventBridgeSchemas()).map(([name, schema]) => [`lib/alerts/schemas/${name}`, schema] as const),
];

const usage = `npm run openapi -- [--check]
  Writes openapi.json and the schema files of the bus, lib/alerts/schemas, from the code.
  --check  writes nothing, and fails when one of them is not what the code says`;

const command: Command = async (args, print) => {
  const { check } = readArguments(args, usage, { check: z.boolean().default(false) });
  let isFresh = true;
  for (const [name, content] of files) {
    const path = join(root, name);
    const text = `${JSON.stringify(content, null, 2)}\n`;
    if (!check) {
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, text);
    } else if (readOrNothing(path) !== text) {
      print(`${name} is not what the code says: npm run openapi, and a line in CHANGELOG.md`);
      isFresh = false;
    }
  }
  return isFresh;
};

function readOrNothing(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}

await runCommand(command);
