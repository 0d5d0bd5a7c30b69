import { lookup } from 'node:dns/promises';
import { isIP, type LookupFunction } from 'node:net';
import type { buildConnector, Dispatcher } from 'undici';
import { canonicalHost } from './allow.ts';
import { outboundRefused } from './errors.ts';
import type { Policy } from './policy.ts';

export interface ResolvedAddress {
  readonly address: string;
  readonly family: number;
}

/** All addresses of a name, as the system resolves it; rejects where there are none. */
export type Resolve = (host: string) => Promise<readonly ResolvedAddress[]>;

export interface ConnectOptions {
  readonly policy: Policy;
  readonly resolve?: Resolve | undefined;
  /** Certificate authorities in place of the system's, as PEM. */
  readonly ca?: string | undefined;
}

/** For a connection to come about, TLS included. */
const CONNECT_TIMEOUT_MS = 10_000;
const MAX_HEADER_BYTES = 16_384;
const KEEP_ALIVE_MS = 4_000;

/**
 * A pool of connections that looks at every address before it connects: each name is resolved once, every one of its
 * addresses must be allowed, and the socket can reach no other (so an answer that changes in between changes nothing).
 * `Host`, SNI and the certificate check stay with the name. The library is loaded here, at the first call: it takes 28 MB.
 */
export async function createGuardedAgent(options: ConnectOptions): Promise<Dispatcher> {
  const { Agent, buildConnector } = await import('undici');
  const resolve = options.resolve ?? ((host) => lookup(host, { all: true }));
  return new Agent({
    connect: (target, callback) => {
      guard(target, resolve, options.policy).then(
        (addresses) => {
          const connect = buildConnector({
            timeout: CONNECT_TIMEOUT_MS,
            // HTTP/1.1 has the smaller surface, and its parser bounds headers.
            allowH2: false,
            lookup: answering(addresses),
            ...(options.ca === undefined ? {} : { ca: options.ca }),
          });
          connect(target, callback);
        },
        (error: unknown) => callback(error instanceof Error ? error : new Error(String(error)), null),
      );
    },
    allowH2: false,
    maxHeaderSize: MAX_HEADER_BYTES,
    keepAliveTimeout: KEEP_ALIVE_MS,
    // The other side may ask for longer; a stranger does not decide how long our sockets live.
    keepAliveMaxTimeout: KEEP_ALIVE_MS,
  });
}

async function guard(
  target: buildConnector.Options,
  resolve: Resolve,
  policy: Policy,
): Promise<readonly ResolvedAddress[]> {
  const { protocol } = target;
  const host = canonicalHost(target.hostname);
  const port = Number(target.port || (protocol === 'https:' ? 443 : 80));
  const addresses = await addressesOf(host, resolve);
  for (const { address } of addresses) {
    if (!policy({ protocol, host, port, address })) {
      throw outboundRefused(`${protocol}//${host}:${port} at ${address} is not allowed`);
    }
  }
  return addresses;
}

async function addressesOf(host: string, resolve: Resolve): Promise<readonly ResolvedAddress[]> {
  const family = isIP(host);
  if (family !== 0) return [{ address: host, family }];
  const addresses = await resolve(host).catch((error: unknown) => {
    throw outboundRefused(`${host} does not resolve`, error);
  });
  if (addresses.length === 0) throw outboundRefused(`${host} has no address`);
  return addresses;
}

/** A resolver that knows one answer. */
function answering(addresses: readonly ResolvedAddress[]): LookupFunction {
  return (_host, options, callback) => {
    const [first] = addresses;
    if (options.all) callback(null, [...addresses]);
    else callback(null, first?.address ?? '', first?.family);
  };
}
