import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { registerHooks } from 'node:module';
import { join } from 'node:path';

/** `node generate.mjs DOCUMENT FOLDER`: the types of openapi-typescript and the client of @hey-api/openapi-ts. */
const [, , document = '', folder = ''] = process.argv;

// Both are written for TypeScript 5: the project's own has no such interface any more.
registerHooks({
  resolve: (specifier, context, next) => next(specifier === 'typescript' ? 'typescript-5' : specifier, context),
});
const { default: openapiTypescript, astToString } = await import('openapi-typescript');
const { createClient } = await import('@hey-api/openapi-ts');

mkdirSync(folder, { recursive: true });
// Its default takes a property of a body that has a default for one that must be sent.
const types = await openapiTypescript(readFileSync(document, 'utf8'), { defaultNonNullable: false });
writeFileSync(join(folder, 'contract.ts'), astToString(types));
await createClient({
  input: document,
  output: join(folder, 'hey-api'),
  plugins: ['@hey-api/client-fetch', '@hey-api/sdk', '@hey-api/typescript'],
  logs: { level: 'silent' },
});
