import type { Dispatcher, Response } from 'undici';
import { outboundRefused, tooManyRedirects } from './errors.ts';

const MAX_REDIRECTS = 5;

/** One request, complete: its body is bytes, so that it can be sent again after a redirect. */
export interface Call {
  readonly method: string;
  readonly url: URL;
  readonly headers: Headers;
  readonly body: Uint8Array<ArrayBuffer> | null;
}

/** As in the web's fetch, but that `manual` gives the redirecting answer itself. */
export type Redirects = 'follow' | 'manual' | 'error';

export interface Exchanged {
  readonly response: Response;
  readonly url: URL;
}

const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);
/** What may travel to another origin: everything else, known or not, can be a credential. */
const HARMLESS_HEADERS: ReadonlySet<string> = new Set([
  'accept',
  'accept-language',
  'content-type',
  'user-agent',
]);
/** The connection's own; a caller who sets one could address another host or smuggle a second request. */
const HEADERS_OF_THE_CONNECTION = [
  'host',
  'connection',
  'content-length',
  'expect',
  'keep-alive',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
];

/** Sends, and follows redirects (RFC 9110, 15.4; the web's fetch) while they stay allowed; the agent checks every hop's address. */
export async function exchange(
  first: Call,
  dispatcher: Dispatcher,
  signal: AbortSignal,
  redirects: Redirects,
): Promise<Exchanged> {
  let call = first;
  for (let hop = 0; ; hop++) {
    checkUrl(call.url);
    const response = await send(call, dispatcher, signal);
    const location = REDIRECTS.has(response.status) ? response.headers.get('location') : null;
    if (location === null || redirects === 'manual') return { response, url: call.url };
    await response.body?.cancel();
    if (redirects === 'error' || hop === MAX_REDIRECTS) throw tooManyRedirects();
    call = redirected(call, response.status, location);
  }
}

async function send(call: Call, dispatcher: Dispatcher, signal: AbortSignal): Promise<Response> {
  const { fetch } = await import('undici');
  const headers = new Headers(call.headers);
  for (const name of HEADERS_OF_THE_CONNECTION) headers.delete(name);
  if (!headers.has('user-agent')) headers.set('user-agent', 'scriptorium');
  return fetch(call.url, {
    method: call.method,
    headers: [...headers],
    body: call.body,
    redirect: 'manual',
    signal,
    dispatcher,
  });
}

/** What can be said without resolving the name. */
function checkUrl(url: URL): void {
  if (url.protocol !== 'https:' && url.protocol !== 'http:') throw outboundRefused(`scheme ${url.protocol}`);
  if (url.username !== '' || url.password !== '') throw outboundRefused('an address with credentials');
}

function redirected(call: Call, status: number, location: string): Call {
  if (!URL.canParse(location, call.url.href)) throw outboundRefused('a redirect to what is no address');
  const url = new URL(location, call.url);
  if (call.url.protocol === 'https:' && url.protocol === 'http:')
    throw outboundRefused('a redirect without TLS');
  const becomesGet = (status === 303 && call.method !== 'HEAD') || (status <= 302 && call.method === 'POST');
  const headers = new Headers(call.headers);
  if (becomesGet) headers.delete('content-type');
  if (url.origin !== call.url.origin) {
    for (const name of [...headers.keys()]) if (!HARMLESS_HEADERS.has(name)) headers.delete(name);
  }
  return becomesGet
    ? { method: 'GET', url, headers, body: null }
    : { method: call.method, url, headers, body: call.body };
}
