import { spawnSync } from 'node:child_process';
import { copyFileSync, globSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';

const root = join(import.meta.dirname, '..', '..');
const files = (folder: string) => globSync(`${folder}/**/*.ts`, { cwd: root, exclude: ['**/node_modules/**'] });
const read = (file: string) => readFileSync(join(root, file), 'utf8');
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

  test('reads process.env in lib/env.ts only, as far as functions go', () => {
    expect(offenders([...files('lib'), ...files('functions')], /\bprocess\.env\b/)).toEqual(['lib/env.ts']);
  });

  test('builds SDK clients in lib/live only, as far as functions go', () => {
    const building = offenders([...files('lib'), ...files('functions')], /\bnew [A-Za-z]+Client\(/);
    expect(building.filter((file) => !/^lib\/live\/[a-z-]+\.ts$/.test(file))).toEqual([]);
  });

  test('keeps functions thin and every file under 250 lines', () => {
    const lines = (file: string) => read(file).split('\n').length;
    expect([...sources, ...files('test')].filter((file) => lines(file) > 250)).toEqual([]);
    expect(files('functions').filter((file) => lines(file) > 80)).toEqual([]);
  });

  test('has no any, no non-null assertion, no cast but as const, no default export, no silenced check', () => {
    expect(offenders(sources, /(: |<)any\b|@ts-(ignore|expect-error)|biome-ignore|^export default/m)).toEqual([]);
    // The one cast is explained where it stands.
    expect(offenders(sources, /[\w)\]] as (?!const\b|string extends K\b)[A-Za-z{[]/)).toEqual([
      'infra/constructs/network.ts',
    ]);
  });

  test('is on the code map, each folder with its invariant', () => {
    const mapped = [...read('CONTRIBUTING.md').matchAll(/^- `([a-z/-]+)\/(?:\*\.ts)?` - .*Invariant: /gm)].map(
      ([, folder]) => folder,
    );
    const folders = new Set([...files('functions'), ...files('lib'), ...files('infra')].map(dirname));
    // `lib/api/routes` stands under `lib/api`.
    const unmapped = [...folders].filter((folder) => !mapped.includes(folder.split('/').slice(0, 2).join('/')));
    expect(unmapped).toEqual([]);
  });

  test('goes two folder levels deep at most', () => {
    expect(globSync('{functions,infra,lib}/*/*/*/**', { cwd: root })).toEqual([]);
  });
});

/** What the linter says of files planted into an empty folder under this project's settings. */
function lint(planted: Readonly<Record<string, string>>): string {
  const folder = mkdtempSync(join(tmpdir(), 'planted '));
  copyFileSync(join(root, '.biome.jsonc'), join(folder, '.biome.jsonc'));
  for (const [file, text] of Object.entries(planted)) {
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    writeFileSync(join(folder, file), text);
  }
  const args = ['lint', '--vcs-enabled=false', '--colors=off', '--max-diagnostics=50'];
  const { stdout, stderr } = spawnSync(join(root, 'node_modules/.bin/biome'), args, { cwd: folder, encoding: 'utf8' });
  rmSync(folder, { recursive: true });
  return stdout + stderr;
}

describe('the linter', () => {
  const value = 'export const value = 1;\n';
  const uses = (path: string) => `import { value } from '${path}';\nexport const other = value;\n`;

  test.each([
    ['a word of lib that imports a folder', 'lib/word.ts', './enkash/judge.ts'],
    ['account that imports enkash', 'lib/account/view.ts', '../enkash/wire.ts'],
    ['enkash that imports balances', 'lib/enkash/client.ts', '../balances/table.ts'],
    ['the gate that imports snapshots', 'lib/login-gate/gate.ts', '../snapshots/pacer.ts'],
    ['api that imports live', 'lib/api/problem.ts', '../live/enkash.ts'],
    ['the client that imports lib', 'lib/client/token.ts', '../json.ts'],
    ['lib that imports infra', 'lib/api/csv.ts', '../../infra/app.ts'],
    ['a function that imports infra', 'functions/read.ts', '../infra/stage/settings.ts'],
    ['a stage that imports a construct', 'infra/stage/settings.ts', '../constructs/api.ts'],
    ['a construct that imports the stack', 'infra/constructs/api.ts', '../stack.ts'],
    ['a command that imports a construct', 'infra/commands/gate.ts', '../constructs/api.ts'],
  ])('refuses %s', (_, file, path) => {
    const target = join(dirname(file), path);
    expect(lint({ [file]: uses(path), [target]: value })).toContain('noRestrictedImports');
  });

  test('refuses a circle, of types too', () => {
    const circle = {
      'lib/one.ts': "import type { Two } from './two.ts';\nexport type One = { two?: Two };\n",
      'lib/two.ts': "import type { One } from './one.ts';\nexport type Two = { one?: One };\n",
    };
    expect(lint(circle)).toContain('noImportCycles');
  });

  test('lets imports run down', () => {
    const down = {
      'lib/api/x.ts': uses('../enkash/y.ts'),
      'lib/enkash/y.ts': uses('../account/z.ts'),
      'lib/account/z.ts': value,
    };
    expect(lint(down)).not.toMatch(/noRestrictedImports|noImportCycles/);
  });
});
