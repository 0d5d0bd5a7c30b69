import { isIPv6 } from 'node:net';
import ipaddr from 'ipaddr.js';

/** One subscriber has a whole /64 of IPv6 addresses: they count as one. IPv4 counts by address, also when mapped. */
export function networkOf(address: string): string {
  return prefixOf(address, { v4: 4, v6: 4 });
}

/**
 * What one owner of many networks can have besides: a /48 of IPv6, the usual size of a site (RFC 6177), a /24 of IPv4. Others
 * may be in it too, so what is counted by it needs a higher limit.
 */
export function siteOf(address: string): string {
  return `site ${prefixOf(address, { v4: 3, v6: 3 })}`;
}

/** `v4`: how many bytes count; `v6`: how many groups of 16 bits. */
function prefixOf(address: string, { v4, v6 }: { readonly v4: number; readonly v6: number }): string {
  if (!isIPv6(address)) return address.split('.').slice(0, v4).join('.');
  const parsed = ipaddr.IPv6.parse(address);
  if (parsed.isIPv4MappedAddress()) return prefixOf(parsed.toIPv4Address().toString(), { v4, v6 });
  return parsed.parts
    .slice(0, v6)
    .map((part) => part.toString(16))
    .join(':');
}
