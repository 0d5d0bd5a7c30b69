import type { Allowed } from './allow.ts';
import { readWithin, streamWithin } from './body.ts';
import { createGuardedAgent, type Resolve } from './connect.ts';
import { outboundRefused, toOutboundError } from './errors.ts';
import { type Call, type Exchanged, exchange, type Redirects } from './exchange.ts';
import { createPolicy } from './policy.ts';
import type { Outbound } from './port.ts';

export interface OutboundOptions {
  /** Places that are called though they are not public, or without TLS. */
  readonly allow: readonly Allowed[];
  /** Ports that may be called beside 443. */
  readonly ports: readonly number[];
  /** For tests: in place of the system's resolver. */
  readonly resolve?: Resolve;
  /** For tests: certificate authorities in place of the system's, as PEM. */
  readonly ca?: string;
}

const MAX_BYTES = 1_000_000;
const TIMEOUT_MS = 10_000;
const NULL_BODY_STATUSES: ReadonlySet<number> = new Set([204, 205, 304]);

/** The door to addresses that people give. See the port. It opens no connection before the first call. */
export function createOutbound(options: OutboundOptions): Outbound {
  const policy = createPolicy(options);
  let agent: ReturnType<typeof createGuardedAgent> | undefined;

  /** One exchange within its time; `finish` reads what it needs of the answer before the time is over. */
  async function within<T>(
    call: Call,
    { timeoutMs = TIMEOUT_MS, signal, redirect = 'follow' }: Bounds,
    finish: (exchanged: Exchanged) => T | Promise<T>,
  ): Promise<T> {
    signal?.throwIfAborted();
    const deadline = AbortSignal.timeout(timeoutMs);
    const both = signal ? AbortSignal.any([deadline, signal]) : deadline;
    try {
      agent ??= createGuardedAgent({ policy, resolve: options.resolve, ca: options.ca });
      return await finish(await exchange(call, await agent, both, redirect));
    } catch (error) {
      signal?.throwIfAborted();
      throw toOutboundError(error);
    }
  }

  return {
    request: async (url, { maxBytes = MAX_BYTES, timeoutMs, signal, ...init } = {}) =>
      within(await toCall(toRequest(url, init)), { timeoutMs, signal }, async ({ response, url }) => ({
        status: response.status,
        headers: new Headers([...response.headers]),
        body: await readWithin(response.body, maxBytes),
        url: url.href,
      })),
    fetch: async (input, init) => {
      const request = toRequest(input, init);
      const { signal, redirect } = request;
      return within(await toCall(request), { signal, redirect }, ({ response, url }) => {
        const empty = response.body === null || NULL_BODY_STATUSES.has(response.status);
        const answer = new Response(empty ? null : streamWithin(response.body, MAX_BYTES), response);
        return Object.defineProperty(answer, 'url', { value: url.href });
      });
    },
  };
}

interface Bounds {
  readonly timeoutMs?: number | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly redirect?: Redirects;
}

/** The platform's own reading of an address, a method, headers and a body: one parser decides what is checked and what is called. */
function toRequest(input: string | URL | Request, init: RequestInit | undefined): Request {
  try {
    return new Request(input, init);
  } catch (error) {
    throw outboundRefused('no request', error);
  }
}

async function toCall(request: Request): Promise<Call> {
  const body = request.body === null ? null : new Uint8Array(await request.arrayBuffer());
  return { method: request.method, url: new URL(request.url), headers: request.headers, body };
}
