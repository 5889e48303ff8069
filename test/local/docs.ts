import type { Places } from '../../lib/api/places.ts';
import { type Exchange, sendJson } from './http-server.ts';
import type { OAuthClient } from './oauth-issuer.ts';
import { fetchToken } from './stage-client.ts';

export type DocsOptions = {
  readonly tokenUrl: string;
  /** Callers whose token the page has at hand. */
  readonly callers: readonly OAuthClient[];
};

/** Everything from this machine; swagger-ui draws with styles of its own and small pictures. */
const policy = "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; frame-ancestors 'none'";
/** A page of another name could be anybody's, by DNS rebinding. */
const isThisMachine = (host = '') => /^(127\.0\.0\.1|localhost|\[::1\])(:\d+)?$/.test(host);

/**
 * The documentation under `/docs`, with a token for whoever opens it on this machine.
 * @returns false when the path is another
 */
export function createDocs({ tokenUrl, callers }: DocsOptions): (exchange: Exchange) => Promise<boolean> {
  const sites = new Map<string, Awaited<ReturnType<typeof siteFor>>>();
  return async ({ method, url, headers, response }) => {
    const name = /^\/docs(?:\/([\w.-]*))?$/.exec(url.pathname)?.[1];
    if (!url.pathname.startsWith('/docs') || !isThisMachine(headers.host)) return false;
    if (url.pathname === '/docs') response.writeHead(308, { location: '/docs/' }).end();
    else if (method === 'POST' && name === 'token') await sendToken(url.searchParams.get('caller'), response);
    else if (method === 'GET' && name !== undefined) await sendFile(name || 'index.html', headers.host ?? '', response);
    else return false;
    return true;
  };

  async function siteFor(host: string) {
    // Only whoever looks at the page pays for it.
    const { docsSite } = await import('../../infra/docs/site.ts');
    const places: Places = { url: `http://${host}`, tokenUrl };
    return docsSite({ places, callers: callers.map(({ clientId }) => clientId) });
  }

  async function sendToken(asked: string | null, response: Exchange['response']): Promise<void> {
    const caller = callers.find(({ clientId }) => clientId === asked);
    if (!caller) return sendJson(response, 404, { error: 'There is no such caller' });
    const body = { access_token: await fetchToken(tokenUrl, caller) };
    sendJson(response, 200, body, { 'cache-control': 'no-store' });
  }

  async function sendFile(name: string, host: string, response: Exchange['response']): Promise<void> {
    const site = sites.get(host) ?? (await siteFor(host));
    sites.set(host, site);
    const file = site.get(name);
    if (!file) return sendJson(response, 404, { error: 'There is no such page' });
    const headers = { 'content-type': file.type, 'content-security-policy': policy, 'cache-control': 'no-store' };
    response.writeHead(200, headers).end(file.body);
  }
}
