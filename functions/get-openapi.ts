import type { ApiResponse } from '../lib/api/api-handler.ts';

/** `GET /openapi.json`: the contract, written beside the bundle at synth. No token. */
export function createHandler(document: string): () => Promise<ApiResponse> {
  const headers = {
    'content-type': 'application/json',
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
  };
  return async () => ({ statusCode: 200, headers, body: document });
}
