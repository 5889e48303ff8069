import { builtinModules } from 'node:module';
import type { Plugin } from 'esbuild';

const names = builtinModules.filter((name) => !name.startsWith('_')).map((name) => name.replaceAll('/', '\\/'));
const builtIn = new RegExp(`^(node:.+|${names.join('|')})$`);

/**
 * Every Node built-in through `process.getBuiltinModule`, in our code and in packages alike: an ESM import of
 * `node:http` makes Node 24 load undici (38 to 55 ms of a cold start, nodejs/node#57649), this takes 2 ms.
 */
export const builtInsByFunction: Plugin = {
  name: 'built-ins-by-function',
  setup(build) {
    build.onResolve({ filter: builtIn }, ({ path }) => ({ path, namespace: 'built-in' }));
    build.onLoad({ filter: /.*/, namespace: 'built-in' }, ({ path }) => ({
      contents: `module.exports = process.getBuiltinModule(${JSON.stringify(path)})`,
    }));
  },
};
