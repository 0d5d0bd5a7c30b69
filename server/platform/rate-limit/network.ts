import { isIPv6 } from 'node:net';
import ipaddr from 'ipaddr.js';

/** One subscriber has a whole /64 of IPv6 addresses: they count as one. IPv4 counts by address, also when mapped. */
export function networkOf(address: string): string {
  if (!isIPv6(address)) return address;
  const parsed = ipaddr.IPv6.parse(address);
  if (parsed.isIPv4MappedAddress()) return parsed.toIPv4Address().toString();
  return parsed.parts
    .slice(0, 4)
    .map((part) => part.toString(16))
    .join(':');
}
