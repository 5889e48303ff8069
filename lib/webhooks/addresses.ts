import { isIP } from 'node:net';
import ipaddr from 'ipaddr.js';

/** IANA has given out nothing else of IPv6 as global unicast. */
const globalUnicast = ipaddr.parseCIDR('2000::/3');

/**
 * Whether an address belongs to the public internet: not private, loopback, link-local (cloud metadata among it), shared,
 * multicast or reserved, nor an IPv6 form that carries an IPv4 address.
 */
export function isPublicAddress(text: string): boolean {
  if (isIP(text) === 0) return false;
  const address = ipaddr.parse(text);
  return address.range() === 'unicast' && (address.kind() === 'ipv4' || address.match(globalUnicast));
}
