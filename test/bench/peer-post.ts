import { HttpError } from './peer-error.ts';

/** As most code calls an API on Node 24. */
export async function post(target: string, body: string, headers: Record<string, string>): Promise<string> {
  const response = await fetch(target, { method: 'POST', headers, body, signal: AbortSignal.timeout(3_000) });
  if (!response.ok) throw new HttpError(502, `EnKash answered ${response.status}`);
  return response.text();
}
