import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import * as z from 'zod';
import { npm } from './npm.ts';

const component = z.object({
  name: z.string(),
  version: z.string(),
  purl: z.string().startsWith('pkg:npm/'),
  hashes: z.array(z.object({ alg: z.string(), content: z.string() })).default([]),
});
const bom = z.object({ bomFormat: z.literal('CycloneDX'), specVersion: z.string(), components: z.array(component) });

test('is made offline from the lockfile, as CycloneDX, with every direct dependency at its version', async () => {
  const { code, out, err } = await npm(['sbom', '--sbom-format=cyclonedx', '--package-lock-only', '--offline'], 60_000);
  expect(code, err).toBe(0);
  const { components } = bom.parse(JSON.parse(out));
  const names = new Set(components.map(({ name, version }) => `${name}@${version}`));
  const { dependencies, devDependencies } = JSON.parse(
    readFileSync(new URL('../../package.json', import.meta.url), 'utf8'),
  );
  for (const [name, version] of Object.entries<string>({ ...dependencies, ...devDependencies })) {
    // `npm:name@version` is the package under another name.
    expect(names).toContain(`${name}@${version.replace(/^npm:[a-z-]+@/, '')}`);
  }
});
