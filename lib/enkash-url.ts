import * as z from 'zod/mini';

/** EnKash's endpoints: what is appended to the stage's two URLs. */
export const accountEndpoint = '/api/v0/partner/enKashCard/cardAccount/get';
export const tokenEndpoint = '/oauth/token';

const loopbackHosts = ['127.0.0.1', 'localhost', '[::1]'];
/** Endpoints and slashes at the end of a path, in any case and number. */
const ending = new RegExp(`(?:${accountEndpoint}|${tokenEndpoint}|/)+$`, 'i');
const badForm = 'must be an https:// origin without user, query or #; http:// is for loopback only';

export const isLoopback = (url: string): boolean => loopbackHosts.includes(URL.parse(url)?.hostname ?? '');

/**
 * What both settings `apiUrl` and `tokenUrl` are: an origin with an optional path prefix. It comes out without a slash at
 * its end. Only a loopback address may go without TLS. A URL that ends in an endpoint's own path is refused, since every
 * login and read would go to a path that is not there; that message names the right URL, the other quotes nothing.
 */
export const enkashUrl = z.pipe(
  z.string(),
  z.transform((text, context) => {
    const refuse = (message: string) => {
      context.issues.push({ code: 'custom', message, input: text });
      return z.NEVER;
    };
    const url = URL.parse(text);
    if (!url || !isSafe(url)) return refuse(badForm);
    const given = `${url.origin}${withoutSlashes(url.pathname)}`;
    const right = `${url.origin}${url.pathname.replace(ending, '')}`;
    return given === right ? right : refuse(`ends in the path of an endpoint, which is appended: must be ${right}`);
  }),
);

function isSafe({ protocol, username, password, search, hash, href }: URL): boolean {
  const bare = username === '' && password === '' && search === '' && hash === '';
  return bare && (protocol === 'https:' || (protocol === 'http:' && isLoopback(href)));
}

function withoutSlashes(path: string): string {
  return path.replace(/\/+$/, '');
}

/**
 * Equal for two spellings of one token host, and whatever path follows: the half of a login's identity that the stage says
 * (`loginIdOf` has the user too). Case, the root's dot and a default port do not count.
 * @returns undefined for a text that is no URL
 */
export function tokenOrigin(tokenUrl: string): string | undefined {
  const url = URL.parse(tokenUrl);
  return url ? `${url.protocol}//${url.host.toLowerCase().replace(/\.(?=:|$)/, '')}` : undefined;
}
