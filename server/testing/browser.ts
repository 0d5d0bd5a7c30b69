import type { Http } from '../platform/http/index.ts';

/** Where a browser came to rest, or was stopped. */
export interface Page {
  readonly url: URL;
  readonly status: number;
  readonly text: string;
}

/** A browser without scripts: it follows redirects and keeps each origin's cookies. */
export interface Browser {
  /**
   * Goes to an address and follows redirects; `until` stops before an address is asked for. `http:` addresses are reached over the
   * network, and the product's origin through its server.
   */
  go(url: string | URL, options?: Visit): Promise<Page>;
  /** The cookies of an origin. */
  cookies(origin: string): Map<string, string>;
}

export interface Visit {
  readonly form?: Readonly<Record<string, string>>;
  readonly until?: (url: URL) => boolean;
}

const MAX_HOPS = 15;

/** `http` answers for `origin`. */
export function createBrowser(http: Http, origin: string): Browser {
  const jars = new Map<string, Map<string, string>>();
  const jarOf = (place: string) => {
    const jar = jars.get(place) ?? new Map<string, string>();
    jars.set(place, jar);
    return jar;
  };

  async function send(url: URL, form: Visit['form']): Promise<Response> {
    const jar = jarOf(url.origin);
    const headers = {
      ...(jar.size > 0 ? { cookie: [...jar].map(([name, value]) => `${name}=${value}`).join('; ') } : {}),
      ...(form ? { 'content-type': 'application/x-www-form-urlencoded' } : {}),
    };
    const body = form ? new URLSearchParams({ ...form }).toString() : undefined;
    const method = form ? 'POST' : 'GET';
    const response =
      url.origin === origin
        ? await inject(http, url, { method, headers, body })
        : await fetch(url, { method, headers, body: body ?? null, redirect: 'manual' });
    for (const line of response.headers.getSetCookie()) keep(jar, line);
    return response;
  }

  return {
    cookies: jarOf,
    go: async (start, visit = {}) => {
      let url = new URL(start);
      let { form } = visit;
      for (let hop = 0; hop < MAX_HOPS; hop += 1) {
        if (visit.until?.(url)) return { url, status: 0, text: '' };
        const response = await send(url, form);
        form = undefined;
        const location = response.headers.get('location');
        const text = await response.text();
        if (location === null) return { url, status: response.status, text };
        url = new URL(location, url);
      }
      throw new Error(`too many redirects, the last to ${url.href}`);
    },
  };
}

async function inject(
  http: Http,
  url: URL,
  request: { method: 'GET' | 'POST'; headers: Record<string, string>; body: string | undefined },
): Promise<Response> {
  const answer = await http.inject({
    method: request.method,
    url: `${url.pathname}${url.search}`,
    headers: request.headers,
    ...(request.body === undefined ? {} : { payload: request.body }),
  });
  const headers = new Headers();
  for (const [name, value] of Object.entries(answer.headers)) {
    for (const one of Array.isArray(value) ? value : [value])
      if (one !== undefined) headers.append(name, String(one));
  }
  const empty = [204, 303, 304].includes(answer.statusCode);
  return new Response(empty ? null : answer.body, { status: answer.statusCode, headers });
}

function keep(jar: Map<string, string>, line: string): void {
  const [pair = ''] = line.split(';');
  const name = pair.slice(0, pair.indexOf('='));
  const value = pair.slice(pair.indexOf('=') + 1);
  const gone = value === '' || /;\s*max-age=0|expires=thu, 01 jan 1970/i.test(line);
  if (gone) jar.delete(name);
  else jar.set(name, value);
}
