import { readFile } from 'node:fs/promises';
import type { Plugin } from 'esbuild';
import * as z from 'zod';

/** Lambda puts its credentials into the environment: the only provider that is ever asked there. */
const environmentOnly = `
import { fromEnv } from '@aws-sdk/credential-provider-env';
export const defaultProvider = (init) => fromEnv(init);
`;

/** For DynamoDB's endpoint discovery, which none of our clients switches on; without its bound it is a map. */
const plainMap = 'export default class extends Map { constructor() { super(); } peek(key) { return this.get(key); } }';

/** Package -> what takes its place. */
const replacements: Readonly<Record<string, string>> = {
  '@aws-sdk/credential-provider-node': environmentOnly,
  'mnemonist/lru-cache': plainMap,
};

/** Never called on Lambda: no operation of ours streams events, and JSON Schema is written at synth alone. */
const uncalled =
  /@smithy\/core\/dist-es\/submodules\/event-streams\/index\.js$|zod\/v4\/core\/(json-schema-processors|to-json-schema)\.js$/;

/** The SDK puts its version into the User-Agent, and with it the whole file into the bundle. */
const sdkManifest = /@aws-sdk\/client-[a-z-]+\/package\.json$/;

const refused =
  /^@aws-sdk\/(credential-provider-(http|ini|login|process|sso|web-identity)|nested-clients|token-providers)/;

const manifestSchema = z.object({ version: z.string() });

/**
 * Leaves out of a bundle what Lambda never reaches: credential providers other than the environment's (132 kB, 20 ms of
 * a cold start), event streams, endpoint discovery's cache, zod's JSON Schema writer (40 kB together).
 * A client without explicit credentials still works; calling what was left out throws.
 */
export const leaveOut: Plugin = {
  name: 'leave-out',
  setup(build) {
    for (const [name, contents] of Object.entries(replacements)) {
      build.onResolve({ filter: new RegExp(`^${name}$`) }, ({ path, resolveDir }) => ({
        path,
        namespace: 'left-out',
        pluginData: { contents, resolveDir },
      }));
    }
    build.onLoad({ filter: /.*/, namespace: 'left-out' }, ({ pluginData }) => pluginData);
    build.onLoad({ filter: uncalled }, async ({ path }) => ({ contents: await withoutBodies(path) }));
    build.onLoad({ filter: sdkManifest }, async ({ path }) => {
      const { version } = manifestSchema.parse(JSON.parse(await readFile(path, 'utf8')));
      return { contents: JSON.stringify({ version }), loader: 'json' };
    });
    build.onResolve({ filter: refused }, ({ path, importer }) => ({
      errors: [{ text: `${path} must not reach a bundle; ${importer} imports it` }],
    }));
  },
};

/** A module with the same exports, each of which throws when it is called. */
async function withoutBodies(path: string): Promise<string> {
  const source = await readFile(path, 'utf8');
  const declared = [...source.matchAll(/^export (?:async )?(?:function|const|class) (\w+)/gm)].map(([, name]) => name);
  const listed = [...source.matchAll(/^export \{([^}]*)\}/gm)].flatMap(([, list = '']) => list.split(','));
  const names = [...declared, ...listed.map((entry) => entry.trim().split(' as ').at(-1))].filter(
    (name) => name !== '',
  );
  const text = `(not in this bundle: ${path.split('node_modules/').at(-1)})`;
  return `function leftOut() { throw new Error(${JSON.stringify(text)}); }\nexport { ${names.map((name) => `leftOut as ${name}`).join(', ')} };`;
}
