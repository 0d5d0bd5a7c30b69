import ipaddr from 'ipaddr.js';

/** What an operator allows beyond public `https` addresses: a host by its name, or a network. */
export interface Allowed {
  /** As `URL` writes it, or null for a network. */
  readonly host: string | null;
  /** An address and the length of its prefix, or null for a host. */
  readonly network: readonly [ipaddr.IPv4 | ipaddr.IPv6, number] | null;
  /** Null: the usual ports. */
  readonly port: number | null;
}

/** `[2001:db8::1]:443`, `[2001:db8::]/32:443`: brackets only where a port follows. */
const BRACKETED = /^\[([^\]]+)\](\/\d+)?(?::(\d+))?$/;
const PLAIN = /^([^:]+)(?::(\d+))?$/;

/** Reads `host`, `host:port`, an address or a CIDR, each with or without a port; undefined where it is none of them. */
export function parseAllowed(text: string): Allowed | undefined {
  const bracketed = BRACKETED.exec(text);
  if (bracketed) return allowed(`${bracketed[1]}${bracketed[2] ?? ''}`, bracketed[3]);
  const plain = PLAIN.exec(text);
  return plain ? allowed(plain[1] ?? '', plain[2]) : allowed(text, undefined);
}

/** A port in digits; undefined for anything else. */
export function parsePort(text: string): number | undefined {
  const port = Number(text);
  return /^\d+$/.test(text) && port >= 1 && port <= 65_535 ? port : undefined;
}

function allowed(place: string, digits: string | undefined): Allowed | undefined {
  const port = digits === undefined ? null : parsePort(digits);
  if (port === undefined) return undefined;
  if (ipaddr.isValidCIDR(place)) return { host: null, network: ipaddr.parseCIDR(place), port };
  if (ipaddr.IPv6.isValid(place) || ipaddr.IPv4.isValidFourPartDecimal(place)) {
    const address = ipaddr.parse(place);
    return { host: null, network: [address, address.toByteArray().length * 8], port };
  }
  if (!URL.canParse(`https://${place}`)) return undefined;
  const url = new URL(`https://${place}`);
  if (url.href !== `https://${url.hostname}/` || !/^[\w.-]+$/.test(url.hostname)) return undefined;
  return { host: canonicalHost(url.hostname), network: null, port };
}

/** A hostname of `URL` without the brackets of IPv6 and without the dot that ends a fully qualified name. */
export function canonicalHost(hostname: string): string {
  return hostname.replace(/^\[(.*)\]$/, '$1').replace(/\.$/, '');
}
