import { isIP } from 'node:net';
import { isPublicAddress } from './addresses.ts';

/**
 * Why a URL may not be a webhook's, in words for whoever wrote it; undefined when it may. Names are looked up when a
 * delivery connects, not here.
 */
export function whyNoTarget(text: string): string | undefined {
  const url = URL.parse(text);
  if (url === null) return 'is not a URL';
  if (url.protocol !== 'https:') return 'must be https';
  // URL drops the usual port.
  if (url.port !== '') return 'must be on port 443';
  if (url.username !== '' || url.password !== '') return 'must hold no user and no password';
  if (url.hash !== '') return 'must hold no fragment';
  const host = url.hostname.replace(/^\[|\]$/g, '');
  if (isIP(host) !== 0) return isPublicAddress(host) ? undefined : 'must be a public address';
  if (!host.includes('.') || /(^|\.)(localhost|local|internal|home\.arpa)\.?$/.test(host))
    return 'must be a public name';
  return undefined;
}
