import http from 'node:http';
import https from 'node:https';
import { HttpError } from './peer-error.ts';

const agents = { 'http:': new http.Agent({ keepAlive: true }), 'https:': new https.Agent({ keepAlive: true }) };

/** As careful code calls an API: no fetch, connections kept. */
export function post(target: string, body: string, headers: Record<string, string>): Promise<string> {
  const url = new URL(target);
  const { request, agent } =
    url.protocol === 'https:'
      ? { request: https.request, agent: agents['https:'] }
      : { request: http.request, agent: agents['http:'] };
  return new Promise((resolve, reject) => {
    const sent = request(url, { method: 'POST', agent, headers, timeout: 3_000 }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () => {
        if (response.statusCode === 200) resolve(Buffer.concat(chunks).toString());
        else reject(new HttpError(502, `EnKash answered ${response.statusCode}`));
      });
    });
    sent.on('timeout', () => sent.destroy(new HttpError(504, 'EnKash did not answer')));
    sent.on('error', reject);
    sent.end(body);
  });
}
