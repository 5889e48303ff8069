import { readAsset } from '../lib/assets.ts';
import { createHandler } from './get-openapi.ts';

export const handler = createHandler(readAsset('openapi.json'));
