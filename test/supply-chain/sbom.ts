import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { readOptions } from '../rigs/arguments.ts';
import { npm } from './npm.ts';

readOptions(
  `npm run sbom
  Writes a CycloneDX list of all packages into reports/sbom.json, from the lockfile alone: no network.`,
  { options: {} },
);

const file = join(import.meta.dirname, '..', '..', 'reports', 'sbom.json');

// What is shipped and what it is built and tested with, from the lockfile alone: no network.
const { code, out, err } = await npm(['sbom', '--sbom-format=cyclonedx', '--package-lock-only', '--offline'], 60_000);
if (code === 0) {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, out);
  process.stdout.write(`${JSON.parse(out).components.length} components in ${file}\n`);
} else {
  process.stderr.write(err);
  process.exitCode = 1;
}
