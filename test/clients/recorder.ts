import { type Listener, listen } from '../local/http-server.ts';
import type { Sent } from './compare.ts';

/** A code and a field that no document knows yet. */
const newProblem = {
  type: 'urn:enkash-card-accounts:problem:SOMETHING_NEW',
  title: 'Something new',
  status: 409,
  code: 'SOMETHING_NEW',
  requestId: '5b1f6a52-30b4-4c1e-9d0c-1f3f0a9e7c11',
  retryable: false,
  reason: 'never-seen',
};
/** A read of it is answered with a problem of a later release. */
export const newCodeAccount = { companyId: 'CEKTEST001', cardAccountId: 'CANEWCODE' };

export type Recorder = Listener & { readonly sent: Sent[] };

/** Stands before a stage and keeps what it answers, in the order of the calls. */
export async function startRecorder(stageUrl: string): Promise<Recorder> {
  const sent: Sent[] = [];
  const keep = (status: number, text: string) =>
    void sent.push({ status, body: text === '' ? null : (JSON.parse(text) as unknown) });
  const listener = await listen(async ({ method, url, headers, body, response }) => {
    // Java asks for HTTP/2 by the way; what belongs to its own connection is not passed on.
    const { host: _, connection: __, 'content-length': ___, upgrade: ____, 'http2-settings': _____, ...rest } = headers;
    if (url.pathname.endsWith(newCodeAccount.cardAccountId)) {
      const text = JSON.stringify({ ...newProblem, hint: 'a field of a later release' });
      keep(404, text);
      return void response.writeHead(404, { 'content-type': 'application/problem+json' }).end(text);
    }
    const passed = new Headers(Object.entries(rest).map(([name, value]) => [name, String(value)]));
    const answer = await fetch(stageUrl + url.pathname + url.search, {
      method,
      headers: passed,
      ...(body.length > 0 && { body: new Uint8Array(body) }),
    });
    const text = await answer.text();
    keep(answer.status, text);
    response.writeHead(answer.status, { 'content-type': answer.headers.get('content-type') ?? 'text/plain' }).end(text);
  });
  return { ...listener, sent };
}
