import { readAsset } from '../lib/assets.ts';
import { envSchemas, readEnv } from '../lib/env.ts';
import { createHandler } from './get-openapi.ts';

const { TOKEN_URL: tokenUrl } = readEnv(envSchemas['get-openapi']);
export const handler = createHandler({ document: readAsset('openapi.json'), tokenUrl });
