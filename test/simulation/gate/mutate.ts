import { readFile, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { threadId } from 'node:worker_threads';
import { build } from 'esbuild';
import type { Deploy } from './deployment.ts';

/**
 * One change of the production gate, which finds its place by a name, not by a text: a function gets another body around
 * its own, a constant another value. `file` is `folder/name.ts` in lib.
 */
export type Patch =
  | { readonly file: string; readonly fn: string; readonly around: Around }
  | { readonly file: string; readonly constant: string; readonly value: string };
// biome-ignore lint/suspicious/noExplicitAny: a production function of any shape; each mutant names its types.
type AnyFunction = (...args: any[]) => any;
type Around = (original: AnyFunction) => AnyFunction;

/** A gate that is broken on purpose. */
export type Mutant = {
  readonly name: string;
  readonly patches: readonly Patch[];
  /** Words of the profiles where it is looked for first. */
  readonly hunts?: readonly string[];
};

/** A typed change of one exported function of the production gate. */
export function wrap<F extends AnyFunction>(file: string, fn: string, around: (original: F) => F): Patch {
  return { file, fn, around: around as unknown as Around };
}

export const setConstant = (file: string, constant: string, value: string): Patch => ({ file, constant, value });

/** Where a bundled mutant finds the bodies of its functions. */
const registry: Record<string, Around> = {};
Object.assign(globalThis, { loginGateMutants: registry });
let wrapped = 0;
let built = 0;
const root = join(import.meta.dirname, '../../..');

/** Builds the production code of a process with patches, the first innermost. @throws Error when a name is not declared exactly once in its file */
export async function buildGate({ name, patches }: Pick<Mutant, 'name' | 'patches'>): Promise<Deploy> {
  const used = new Set<Patch>();
  built += 1;
  // A file, so that it finds the packages; a name of its own, so that it is loaded anew.
  const outfile = join(root, `.build/mutants/${process.pid}-${threadId}-${built}.mjs`);
  await build({
    entryPoints: [join(import.meta.dirname, 'deployment.ts')],
    outfile,
    bundle: true,
    packages: 'external',
    format: 'esm',
    platform: 'node',
    logLevel: 'silent',
    plugins: [
      {
        name: 'mutant',
        setup({ onLoad }) {
          onLoad({ filter: /[\\/]lib[\\/].*\.ts$/ }, async ({ path }) => {
            let contents = await readFile(path, 'utf8');
            for (const patch of patches.filter(({ file }) => isFile(path, file))) {
              contents = apply(patch, contents, name);
              used.add(patch);
            }
            return { contents, loader: 'ts' };
          });
        },
      },
    ],
  });
  if (used.size < patches.length) throw new Error(`mutant «${name}»: a patched file is not part of the gate`);
  const { deploy }: { deploy: Deploy } = await import(/* @vite-ignore */ outfile);
  await rm(outfile);
  return deploy;
}

function isFile(path: string, file: string): boolean {
  return `${basename(dirname(path))}/${basename(path)}` === file;
}

function apply(patch: Patch, source: string, mutant: string): string {
  return 'constant' in patch ? changeConstant(patch, source, mutant) : wrapFunction(patch, source, mutant);
}

function changeConstant(
  { constant, value }: Extract<Patch, { constant: string }>,
  source: string,
  mutant: string,
): string {
  return replaceOnce(
    source,
    new RegExp(`\\bconst ${constant}\\b[^=;]*=[^;]*;`, 'g'),
    `const ${constant} = ${value};`,
    mutant,
  );
}

/** The original keeps its body under another name; everybody, its own file included, calls the new one. */
function wrapFunction({ fn, around }: Extract<Patch, { fn: string }>, source: string, mutant: string): string {
  wrapped += 1;
  const key = `${fn}-${wrapped}`;
  registry[key] = around;
  const head = new RegExp(`^(export )?(async )?function ${fn}\\b`, 'gm');
  const exported = new RegExp(`^export (async )?function ${fn}\\b`, 'm').test(source);
  const [inner, outer] = [`${fn}Original${wrapped}`, `${fn}Patched${wrapped}`];
  const renamed = replaceOnce(source, head, `$2function ${inner}`, mutant);
  const made = `globalThis.loginGateMutants[${JSON.stringify(key)}](${inner})`;
  return [
    renamed,
    `const ${outer} = ${made};`,
    `${exported ? 'export ' : ''}function ${fn}(...args) { return ${outer}(...args); }`,
  ].join('\n');
}

function replaceOnce(source: string, pattern: RegExp, text: string, mutant: string): string {
  const count = source.match(pattern)?.length ?? 0;
  if (count !== 1) throw new Error(`mutant «${mutant}»: ${pattern.source} is declared ${count} times`);
  return source.replace(pattern, text);
}
