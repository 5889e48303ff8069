import { readFile } from 'node:fs/promises';
import type { Plugin } from 'esbuild';
import { type Patch, patches, refused } from './left-out-rules.ts';

/**
 * Leaves out of a bundle what Lambda never reaches, and has what is left do nothing at load that is not needed:
 * `left-out-rules.ts` says what and why. Calling what was left out throws. A patch that meets no module, or not the text
 * it expects, fails the build: the package has changed, and the patch is to be looked at again.
 */
export const leaveOut: Plugin = {
  name: 'leave-out',
  setup(build) {
    const met = new Set<Patch>();
    // The SDK asks of every body whether it is a web stream, and the mere question loads them (1 ms).
    build.initialOptions.define = { ReadableStream: 'undefined' };

    build.onStart(() => met.clear());
    build.onLoad(
      { filter: new RegExp(patches.map(({ module }) => `(${module.source})`).join('|')) },
      async ({ path }) => {
        const patch = patches.find(({ module }) => module.test(path));
        if (patch === undefined) return undefined;
        met.add(patch);
        const source = await readFile(path, 'utf8');
        const contents = patch.put === 'nothing' ? withoutBodies(path, source) : patch.put(source);
        return contents === undefined
          ? { errors: [{ text: `${path} is not as infra/bundle/left-out-rules.ts expects it` }] }
          : { contents, loader: path.endsWith('.json') ? 'json' : 'js' };
      },
    );
    build.onResolve({ filter: refused }, ({ path, importer }) => ({
      errors: [{ text: `${path} must not reach a bundle; ${importer} imports it` }],
    }));
    build.onEnd(() => ({
      errors: patches
        .filter((patch) => !met.has(patch))
        .map(({ module }) => ({ text: `No module is ${module.source}: see infra/bundle/left-out-rules.ts` })),
    }));
  },
};

/** A module with the same exports, each of which throws when it is called. */
function withoutBodies(path: string, source: string): string {
  const declared = [...source.matchAll(/^export (?:async )?(?:function|const|class) (\w+)/gm)].map(([, name]) => name);
  const listed = [...source.matchAll(/^export \{([^}]*)\}/gm)].flatMap(([, list = '']) => list.split(','));
  const names = [...declared, ...listed.map((entry) => entry.trim().split(' as ').at(-1))].filter(
    (name) => name !== '',
  );
  const text = `(not in this bundle: ${path.split('node_modules/').at(-1)})`;
  return `function leftOut() { throw new Error(${JSON.stringify(text)}); }\nexport { ${names.map((name) => `leftOut as ${name}`).join(', ')} };`;
}
