import { isIP } from 'node:net';
import ipaddr from 'ipaddr.js';
import type { Allowed } from './allow.ts';

/** Where a connection is about to go. */
export interface Destination {
  readonly protocol: string;
  /** See `canonicalHost`. */
  readonly host: string;
  readonly port: number;
  /** The resolved address, as text. */
  readonly address: string;
}

export type Policy = (destination: Destination) => boolean;

export interface PolicyOptions {
  readonly allow: readonly Allowed[];
  /** Ports beside 443 (and 80 at places that are allowed). */
  readonly ports: readonly number[];
}

/** Public `https` on the usual ports, and what the operator allows. Pure: the same for a first address and a redirect. */
export function createPolicy({ allow, ports }: PolicyOptions): Policy {
  const anywhere = new Set([443, ...ports]);
  const atAllowedPlaces = new Set([80, ...anywhere]);
  return (destination) => {
    const { protocol, port } = destination;
    if (protocol !== 'https:' && protocol !== 'http:') return false;
    if (isIP(destination.address) === 0) return false;
    const address = ipaddr.parse(destination.address);
    const named = allow.some(
      (entry) =>
        isPlace(entry, destination.host, address) &&
        (entry.port === null ? atAllowedPlaces.has(port) : entry.port === port),
    );
    return named || (protocol === 'https:' && anywhere.has(port) && isPublic(address));
  };
}

function isPlace({ host, network }: Allowed, name: string, address: ipaddr.IPv4 | ipaddr.IPv6): boolean {
  if (network === null) return host === name;
  return network[0].kind() === address.kind() && address.match(network[0], network[1]);
}

/** All that IANA has allocated as global unicast (RFC 4291, 2.4); what embeds an IPv4 address by mapping or NAT64 lies outside. */
const GLOBAL_UNICAST = ipaddr.parseCIDR('2000::/3');
/** Azure's virtual host: a public address that, inside a virtual machine, is the platform's own agent. */
const AZURE_PLATFORM = '168.63.129.16';

/** Whether the address belongs to the open internet, by IANA's registries of special-purpose addresses (RFC 6890). */
function isPublic(address: ipaddr.IPv4 | ipaddr.IPv6): boolean {
  if (address.range() !== 'unicast') return false;
  return address.kind() === 'ipv4'
    ? address.toString() !== AZURE_PLATFORM
    : address.match(GLOBAL_UNICAST[0], GLOBAL_UNICAST[1]);
}
