import * as z from 'zod/mini';

export type Places = {
  /** Where the paths of the contract begin, without a trailing slash. */
  readonly url: string;
  readonly tokenUrl: string;
};

/** What the committed document says; a stage says its own. */
export const unknownPlaces: Places = {
  url: 'https://api.card-accounts.invalid',
  tokenUrl: 'https://token.card-accounts.invalid/oauth2/token',
};

/** The document with the places of a stage. */
export function withPlaces(document: string, { url, tokenUrl }: Places): string {
  return document.replaceAll(unknownPlaces.url, () => url).replaceAll(unknownPlaces.tokenUrl, () => tokenUrl);
}

/** The gateway's own words about a request; of its path, what stands before the document's. */
const whereCalled = z.object({
  requestContext: z.object({
    domainName: z.string().check(z.regex(/^[\w.-]+(:\d+)?$/)),
    path: z.string().check(z.regex(/^(\/[\w.-]+)*\/openapi\.json$/)),
  }),
});

/** Where a caller reached the API: with its stage or base path. Loopback alone has no TLS. */
export function urlOf(event: unknown): string {
  const { requestContext } = z.safeParse(whereCalled, event).data ?? {};
  if (requestContext === undefined) return unknownPlaces.url;
  const { domainName, path } = requestContext;
  const scheme = /^(127\.0\.0\.1|localhost)(:|$)/.test(domainName) ? 'http' : 'https';
  return `${scheme}://${domainName}${path.slice(0, -'/openapi.json'.length)}`;
}
