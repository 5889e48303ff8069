import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import * as z from 'zod';

const root = join(import.meta.dirname, '..', '..');
const versions = z.record(z.string(), z.string()).default({});
const manifest = z.object({
  dependencies: versions,
  devDependencies: versions,
  optionalDependencies: versions,
  allowScripts: z.record(z.string(), z.boolean()).default({}),
});
const locked = z.object({
  version: z.string(),
  resolved: z.string().optional(),
  integrity: z.string().optional(),
  inBundle: z.boolean().default(false),
  link: z.boolean().default(false),
  hasInstallScript: z.boolean().default(false),
  optionalDependencies: versions,
});
const lockfile = z.object({ lockfileVersion: z.literal(3), packages: z.record(z.string(), z.unknown()) });
type Locked = z.infer<typeof locked>;

const parse = (file: string): unknown => JSON.parse(readFileSync(join(root, file), 'utf8'));

function packagesOf(lock: unknown): [string, Locked][] {
  const entries = Object.entries(lockfile.parse(lock).packages).filter(([path]) => path !== '');
  return entries.map(([path, entry]) => [path, locked.parse(entry)]);
}

/** What a package may not be: unhashed, linked, or from anywhere but the registry. */
function objectionsTo(packages: readonly [string, Locked][]): string[] {
  return packages.flatMap(([path, { resolved, integrity, inBundle, link, version }]) => {
    const objections = [];
    // A bundled package is inside its parent's archive, and so under its parent's hash.
    if (!inBundle && !integrity?.startsWith('sha512-')) objections.push(`${path}: no sha512 integrity`);
    // .npmrc keeps hosts out: everything comes from the one registry that npm is set to.
    if (resolved !== undefined) objections.push(`${path}: names a host of its own`);
    if (link || !/^\d+\.\d+\.\d+/.test(version)) objections.push(`${path}: a link, a file or a repository`);
    return objections;
  });
}

/** Where npm would look for a package that another one names, from the inside out. */
function isLocked(name: string, by: string, paths: ReadonlySet<string>): boolean {
  const parents = by.split('/node_modules/').map((_, index, parts) => parts.slice(0, index + 1).join('/node_modules/'));
  return paths.has(`node_modules/${name}`) || parents.some((parent) => paths.has(`${parent}/node_modules/${name}`));
}

describe.each(['', 'test/bench/'])('%spackage-lock.json', (folder) => {
  const packages = packagesOf(parse(`${folder}package-lock.json`));
  const { dependencies, devDependencies, optionalDependencies } = manifest.parse(parse(`${folder}package.json`));
  const asked = Object.entries({ ...dependencies, ...devDependencies, ...optionalDependencies });
  /** `npm:name@version` is the package under another name. */
  const direct = Object.fromEntries(asked.map(([name, version]) => [name, version.replace(/^npm:[a-z-]+@/, '')]));

  test('has a sha512 for every package, and no package from anywhere but the registry', () => {
    expect(packages.length).toBeGreaterThan(20);
    expect(objectionsTo(packages)).toEqual([]);
  });

  test('is asked for by exact versions', () => {
    expect(Object.values(direct).filter((version) => !/^\d+\.\d+\.\d+$/.test(version))).toEqual([]);
  });

  test('holds the versions that package.json asks for', () => {
    const installed = new Map(packages);
    for (const [name, version] of Object.entries(direct)) {
      expect(installed.get(`node_modules/${name}`)?.version, name).toBe(version);
    }
  });
});

describe('platforms', () => {
  // npm ci refuses a lockfile that leaves one out, and npm install writes such a lockfile when the registry lacks one.
  test('are all in the lockfile: every optional dependency that a package names', () => {
    const packages = packagesOf(parse('package-lock.json'));
    const paths = new Set(packages.map(([path]) => path));
    const left = packages.flatMap(([path, { optionalDependencies }]) =>
      Object.keys(optionalDependencies).filter((name) => !isLocked(name, path, paths)),
    );
    expect(left).toEqual([]);
    expect(isLocked('nowhere', 'node_modules/esbuild', paths)).toBe(false);
  });
});

describe('install scripts', () => {
  const nameOf = (path: string) => path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length);

  test('are listed one by one in allowScripts, which lists nothing else, and none of them runs', () => {
    const scripted = packagesOf(parse('package-lock.json'))
      .filter(([, { hasInstallScript }]) => hasInstallScript)
      .map(([path, { version }]) => `${nameOf(path)}@${version}`);
    const { allowScripts } = manifest.parse(parse('package.json'));
    expect(Object.keys(allowScripts).sort()).toEqual([...new Set(scripted)].sort());
    expect(readFileSync(join(root, '.npmrc'), 'utf8')).toMatch(/^ignore-scripts=true$/m);
  });
});

describe('the rules above', () => {
  const good = {
    version: '1.0.0',
    integrity: 'sha512-x',
    inBundle: false,
    link: false,
    hasInstallScript: false,
    optionalDependencies: {},
  };
  test.each<[string, Partial<Locked>]>([
    ['no sha512 integrity', { integrity: 'sha1-x' }],
    ['no sha512 integrity', { integrity: undefined }],
    ['names a host of its own', { resolved: 'https://registry.example.com/x.tgz' }],
    ['names a host of its own', { resolved: 'git+ssh://git@github.com/a/b.git#0' }],
    ['names a host of its own', { resolved: 'file:../x.tgz' }],
    ['a link, a file or a repository', { link: true }],
  ])('object with "%s" to a planted package %j', (objection, change) => {
    expect(objectionsTo([['node_modules/x', { ...good, ...change }]])).toEqual([`node_modules/x: ${objection}`]);
  });
});
