import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { type BuildOptions, build, type Plugin } from 'esbuild';
import { builtInsByFunction } from '../../infra/bundle/built-ins.ts';
import { bundle } from '../../infra/bundle/bundle.ts';
import { grants } from './stand-ins.ts';

/** What each is. P1 to P3 do less than ours: no login gate, no budget, no failure shapes, no grants by account. */
export const variantTexts = {
  ours: 'as deployed: grants, login gate, audit line, metrics',
  P1: "the usual defaults of CDK's NodejsFunction: CommonJS, not minified, fetch",
  P2: "the style of AWS's TypeScript samples: minified, Powertools logger, metrics and tracer, fetch",
  P3: 'the usual best advice: ESM, minified, module builds, fetch',
  'P3 https': 'the same with node:https in the place of fetch: the strongest peer',
  F1: 'the same calls with no dependency at all',
  F0: 'an empty handler: no call, no work',
} as const;
export type VariantName = keyof typeof variantTexts;
export const variantNames: readonly VariantName[] = ['ours', 'P1', 'P2', 'P3', 'P3 https', 'F1', 'F0'];
export const peerNames: readonly VariantName[] = ['P1', 'P2', 'P3', 'P3 https'];
export type Variant = { readonly folder: string; readonly bytes: number; readonly gzipped: number };

const root = join(import.meta.dirname, '../..');

/** Writes what is deployed of each: ours as infra/ bundles it, the peers by their style, the floors. */
export async function writeVariants(): Promise<Readonly<Record<VariantName, Variant>>> {
  const ours = (await bundle()).get('get-card-account')?.code ?? '';
  const commonJs: BuildOptions = { format: 'cjs', minify: false, mainFields: ['main', 'module'], banner: {} };
  return {
    ours: write('ours', ours),
    P1: write('p1', await bundled('peer.ts', commonJs), 'index.cjs'),
    P2: write('p2', await bundled('peer-powertools.mjs', {})),
    P3: write('p3', await bundled('peer.ts', {})),
    'P3 https': write('p3-https', await bundled('peer.ts', { plugins: [httpsInsteadOfFetch] })),
    F1: write('f1', await bundled('floor.ts', { plugins: [builtInsByFunction] })),
    F0: write('f0', await bundled('empty.ts', { banner: {} })),
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

function write(name: string, code: string, file = 'index.mjs'): Variant {
  const folder = join(root, '.build/bench', name);
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, file), code);
  writeFileSync(join(folder, 'grants.json'), JSON.stringify(grants));
  return { folder, bytes: Buffer.byteLength(code), gzipped: gzipSync(code, { level: 9 }).length };
}
