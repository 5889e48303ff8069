import type { ApiResponse } from '../lib/api/api-handler.ts';
import { urlOf, withPlaces } from '../lib/api/places.ts';

export type GetOpenApiDeps = { readonly document: string; readonly tokenUrl: string };

/** `GET /openapi.json`: the contract, written beside the bundle at synth, with the URLs of this stage. No token. */
export function createHandler({ document, tokenUrl }: GetOpenApiDeps): (event: unknown) => Promise<ApiResponse> {
  const headers = {
    'content-type': 'application/json',
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
  };
  return async (event) => ({
    statusCode: 200,
    headers,
    body: withPlaces(document, { url: urlOf(event), tokenUrl }),
  });
}
