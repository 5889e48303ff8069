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
    build.onResolve({ filter: builtIn }, ({ path, kind }) => ({
      path,
      namespace: 'built-in',
      // `require()` and `import()` hand over the built-in itself.
      suffix: kind === 'import-statement' ? '' : '?whole',
      sideEffects: false,
    }));
    build.onLoad({ filter: /.*/, namespace: 'built-in' }, ({ path, suffix }) => ({
      contents: suffix === '' ? asModule(path) : `module.exports = ${getBuiltIn(path)}`,
    }));
  },
};

const getBuiltIn = (name: string): string => `process.getBuiltinModule(${JSON.stringify(name)})`;

/** Members are read one by one, and by the bundle's own: reading all of `node:http` or `node:crypto` loads undici and WebCrypto. */
function asModule(name: string): string {
  const members = Object.keys(process.getBuiltinModule(name) ?? {}).filter((key) => /^[a-z]\w*$/i.test(key));
  return `
const builtIn = /* @__PURE__ */ ${getBuiltIn(name)};
/* @__NO_SIDE_EFFECTS__ */ const member = (key) => builtIn[key];
${members.map((key) => `const _${key} = member('${key}');`).join('\n')}
export { builtIn as default${members.map((key) => `, _${key} as ${key}`).join('')} };
`;
}
