import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { type BuildOptions, build, type Plugin } from 'esbuild';
import { builtInsByFunction } from '../../infra/bundle/built-ins.ts';
import { bundle } from '../../infra/bundle/bundle.ts';
import { grants } from './stand-ins.ts';

/** `P3 https` is the peer with node:https in the place of fetch. */
export const variantNames = ['ours', 'P3', 'P3 https', 'F1'] as const;
export type VariantName = (typeof variantNames)[number];
export type Variant = { readonly folder: string; readonly bytes: number; readonly gzipped: number };

const root = join(import.meta.dirname, '../..');

/** Writes what is deployed of each: ours as infra/ bundles it, the peer by the usual best advice, the floor. */
export async function writeVariants(): Promise<Readonly<Record<VariantName, Variant>>> {
  const ours = (await bundle()).get('get-card-account')?.code ?? '';
  return {
    ours: write('ours', ours),
    P3: write('p3', await bundled('peer.ts', {})),
    'P3 https': write('p3-https', await bundled('peer.ts', { plugins: [httpsInsteadOfFetch] })),
    F1: write('f1', await bundled('floor.ts', { plugins: [builtInsByFunction] })),
  };
}

const httpsInsteadOfFetch: Plugin = {
  name: 'https-instead-of-fetch',
  setup: ({ onResolve }) =>
    onResolve({ filter: /peer-post\.ts$/ }, () => ({ path: join(import.meta.dirname, 'peer-post-https.ts') })),
};

async function bundled(file: string, options: BuildOptions): Promise<string> {
  const { outputFiles = [] } = await build({
    entryPoints: [join(import.meta.dirname, file)],
    write: false,
    bundle: true,
    minify: true,
    legalComments: 'none',
    format: 'esm',
    platform: 'node',
    target: 'node24',
    mainFields: ['module', 'main'],
    // What AWS's and CDK's pages give for CommonJS in an ESM bundle.
    banner: { js: "import{createRequire}from'node:module';const require=createRequire(import.meta.url);" },
    ...options,
  });
  return outputFiles[0]?.text ?? '';
}

function write(name: string, code: string): Variant {
  const folder = join(root, '.build/bench', name);
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'index.mjs'), code);
  writeFileSync(join(folder, 'grants.json'), JSON.stringify(grants));
  return { folder, bytes: Buffer.byteLength(code), gzipped: gzipSync(code, { level: 9 }).length };
}
