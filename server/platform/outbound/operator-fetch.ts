import type { Agent } from 'undici';

/**
 * `fetch` for addresses that the operator set, whatever network they are in: only to the origins of `addresses`, never
 * along a redirect (it would carry prompts and keys to an origin that the operator did not name), and without bounds of
 * its own on time and size, so that answers stream. A connection has 10 s to come about, headers and body may be silent
 * for 5 minutes. Rejects as the web's fetch does, with a `TypeError` whose cause has the system's code.
 */
export function createOperatorFetch(addresses: readonly string[]): typeof globalThis.fetch {
  const origins = new Set(addresses.map((address) => new URL(address).origin));
  let agent: Agent | undefined;
  return async (input, init) => {
    const request = new Request(input, init);
    if (!origins.has(new URL(request.url).origin))
      throw new TypeError('this origin is not among the settings');
    const undici = await import('undici');
    agent ??= new undici.Agent({ allowH2: false });
    const response = await undici.fetch(request.url, {
      method: request.method,
      headers: [...request.headers],
      body: request.body === null ? null : await request.arrayBuffer(),
      signal: request.signal,
      redirect: 'error',
      dispatcher: agent,
    });
    return new Response(response.body, response);
  };
}
