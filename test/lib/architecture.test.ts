import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';

const root = join(import.meta.dirname, '..', '..');
const files = (folder: string) => globSync(`${folder}/**/*.ts`, { cwd: root });
const read = (file: string) => readFileSync(join(root, file), 'utf8');
const importsOf = (file: string) =>
  [...read(file).matchAll(/from '(\.[^']+)'/g)].map(([, path]) => join(file, '..', path ?? ''));
const topOf = (path: string) => path.split('/')[0];
const sources = [...files('lib'), ...files('functions'), ...files('infra')];

/** Without comments, texts and imports, so that prose does not count. */
const codeOf = (file: string) =>
  read(file)
    .replace(/\/\*[\s\S]*?\*\//g, '')
    .replace(/`[^`]*`|'[^'\n]*'/g, "''")
    .replace(/\/\/.*$/gm, '')
    .replace(/^import [^;]*;/gm, '');

function offenders(candidates: readonly string[], pattern: RegExp): string[] {
  return candidates.flatMap((file) => (pattern.test(codeOf(file)) ? [file] : []));
}

describe('the tree', () => {
  test('is there to be checked', () => {
    expect(sources.length).toBeGreaterThan(40);
  });

  test.each([
    ['lib', ['lib']],
    ['functions', ['functions', 'lib']],
    ['infra', ['infra', 'lib']],
  ])('lets %s import from %j only', (folder, allowed) => {
    const foreign = files(folder).flatMap((file) =>
      importsOf(file).flatMap((path) => (allowed.includes(topOf(path) ?? '') ? [] : [`${file} -> ${path}`])),
    );
    expect(foreign).toEqual([]);
  });

  test('reads process.env in lib/env.ts only, as far as functions go', () => {
    expect(offenders([...files('lib'), ...files('functions')], /\bprocess\.env\b/)).toEqual(['lib/env.ts']);
  });

  test('builds SDK clients in lib/live only, as far as functions go', () => {
    const building = offenders([...files('lib'), ...files('functions')], /\bnew [A-Za-z]+Client\(/);
    expect(building.filter((file) => !/^lib\/live\/(enkash|functions)\.ts$/.test(file))).toEqual([]);
  });

  test('keeps functions thin and every file under 250 lines', () => {
    const lines = (file: string) => read(file).split('\n').length;
    expect(sources.filter((file) => lines(file) > 250)).toEqual([]);
    expect(files('functions').filter((file) => lines(file) > 80)).toEqual([]);
  });

  test('has no any, no non-null assertion, no cast but as const, no default export, no silenced check', () => {
    expect(offenders(sources, /(: |<)any\b|@ts-(ignore|expect-error)|biome-ignore|^export default/m)).toEqual([]);
    // The one cast is explained where it stands.
    expect(offenders(sources, /[\w)\]] as (?!const\b)[A-Za-z{[]/)).toEqual(['infra/constructs/network.ts']);
  });

  test('goes two folder levels deep at most', () => {
    expect(globSync('{functions,infra,lib}/*/*/*/**', { cwd: root })).toEqual([]);
  });
});
