import type { Plugin } from 'esbuild';

/** Lambda puts its credentials into the environment: the only provider that is ever asked there. */
const environmentOnly = `
import { fromEnv } from '@aws-sdk/credential-provider-env';
export const defaultProvider = (init) => fromEnv(init);
`;

const unused =
  /^@aws-sdk\/(credential-provider-(http|ini|login|process|sso|web-identity)|nested-clients|token-providers)/;

/**
 * The SDK's credential chain without the providers that Lambda never reaches (profiles, SSO, web identity, process,
 * IMDS): 132 kB and about 20 ms of a cold start. A client without explicit credentials still works, from the environment.
 */
export const lambdaCredentialsOnly: Plugin = {
  name: 'lambda-credentials-only',
  setup(build) {
    build.onResolve({ filter: /^@aws-sdk\/credential-provider-node$/ }, ({ path, resolveDir }) => ({
      path,
      namespace: 'left-out',
      pluginData: resolveDir,
    }));
    build.onResolve({ filter: unused }, ({ path, importer }) => ({
      errors: [{ text: `${path} must not reach a bundle; ${importer} imports it` }],
    }));
    build.onLoad({ filter: /.*/, namespace: 'left-out' }, ({ pluginData }) => ({
      contents: environmentOnly,
      resolveDir: pluginData,
    }));
  },
};
