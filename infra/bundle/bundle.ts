import { join } from 'node:path';
import { build, type Metafile } from 'esbuild';
import { functionTable } from '../stage/function-table.ts';
import { builtInsByFunction } from './built-ins.ts';
import { leaveOut } from './left-out.ts';

interface BundledFunction {
  /** The text of `index.mjs`. */
  readonly code: string;
  /** Module path -> bytes of it in the bundle: the size budget and the module list are checked on this. */
  readonly modules: Readonly<Record<string, number>>;
}

/** Function name -> its bundle. */
export type Bundle = ReadonlyMap<string, BundledFunction>;

const root = join(import.meta.dirname, '..', '..');

/** Bundles every function of the table, once; nothing is written to disk. About a second. @throws Error naming an entry that is missing */
export async function bundle(): Promise<Bundle> {
  const names = functionTable.map(({ name }) => name);
  const { outputFiles, metafile } = await build({
    absWorkingDir: root,
    entryPoints: names.map((name) => ({ in: `functions/${name}.entry.ts`, out: name })),
    outdir: 'bundle',
    outExtension: { '.js': '.mjs' },
    write: false,
    metafile: true,
    bundle: true,
    minify: true,
    // A place in a log line is then one that an operator can find.
    lineLimit: 400,
    legalComments: 'none',
    format: 'esm',
    platform: 'node',
    target: 'node24',
    mainFields: ['module', 'main'],
    // `module` first: the SDK's `node` condition is its CommonJS build, which cannot be tree-shaken (+ 140 kB).
    conditions: ['module', 'node', 'import'],
    plugins: [builtInsByFunction, leaveOut],
    logLevel: 'warning',
  });
  return new Map(
    names.map((name) => {
      const file = outputFiles.find(({ path }) => path.endsWith(`/bundle/${name}.mjs`));
      if (file === undefined) throw new Error(`esbuild wrote no bundle of ${name}`);
      return [name, { code: file.text, modules: modulesOf(metafile, `bundle/${name}.mjs`) }];
    }),
  );
}

function modulesOf(metafile: Metafile, output: string): Record<string, number> {
  const inputs = Object.entries(metafile.outputs[output]?.inputs ?? {});
  return Object.fromEntries(inputs.map(([path, { bytesInOutput }]) => [path, bytesInOutput]));
}
