import { setTimeout as delay } from 'node:timers/promises';

export interface Answer<T = unknown> {
  readonly status: number;
  readonly headers: Headers;
  readonly body: T;
}

export interface Upload {
  readonly name: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

export interface Problem {
  readonly status: number;
  readonly code: string;
  readonly detail: string;
}

/** The members of a source that these tests look at; written down here because the suite sees only what a client sees. */
export interface Source {
  readonly id: string;
  readonly title: string;
  readonly sha256: string;
  readonly stage: string;
  readonly failure?: { readonly code: string; readonly message: string };
  readonly duplicateOf?: string;
  readonly version: number;
}

interface Page {
  readonly items: Source[];
  readonly nextCursor: string | null;
}

const TERMINAL: ReadonlySet<string> = new Set(['ready', 'failed', 'cancelled']);

/** A signed-in client that speaks plain HTTP, so that nothing stands between the test and what the product really answers. */
export class Api {
  readonly baseUrl: string;
  readonly token: string;

  constructor(baseUrl: string, token: string) {
    this.baseUrl = baseUrl;
    this.token = token;
  }

  /** Registers a new person with an organization of their own. */
  static async register(baseUrl: string, email = `robust-${crypto.randomUUID()}@example.org`): Promise<Api> {
    const response = await fetch(`${baseUrl}/api/v1/auth/register`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({
        email,
        password: 'correct horse battery',
        name: 'Robust',
        organizationName: 'Robustness',
      }),
    });
    const body = (await response.json()) as { accessToken?: string };
    if (response.status !== 201 || body.accessToken === undefined) {
      throw new Error(`Registration answered ${response.status}: ${JSON.stringify(body)}`);
    }
    return new Api(baseUrl, body.accessToken);
  }

  /** The same caller at a product that was started again. */
  at(baseUrl: string): Api {
    return new Api(baseUrl, this.token);
  }

  /** `path` begins below `/api/v1`. A body is sent as it is where it is text or bytes, else as JSON. Streams are not read. */
  async call<T = unknown>(
    method: string,
    path: string,
    body?: unknown,
    init: RequestInit = {},
  ): Promise<Answer<T>> {
    const headers = new Headers({
      authorization: `Bearer ${this.token}`,
      ...Object.fromEntries(new Headers(init.headers)),
    });
    const raw =
      typeof body === 'string' ||
      body instanceof Uint8Array ||
      body instanceof FormData ||
      body === undefined;
    if (!(body instanceof FormData) && body !== undefined && !headers.has('content-type')) {
      headers.set('content-type', 'application/json');
    }
    const payload = raw ? (body as RequestInit['body']) : JSON.stringify(body);
    const response = await fetch(`${this.baseUrl}/api/v1${path}`, {
      redirect: 'manual',
      ...init,
      method,
      headers,
      ...(payload === undefined || payload === null ? {} : { body: payload }),
    });
    if (response.headers.get('content-type')?.startsWith('text/event-stream')) {
      await response.body?.cancel();
      return { status: response.status, headers: response.headers, body: '' as T };
    }
    const text = await response.text();
    const json = /json/.test(response.headers.get('content-type') ?? '')
      ? (JSON.parse(text) as unknown)
      : text;
    return { status: response.status, headers: response.headers, body: json as T };
  }

  upload(
    files: readonly Upload[],
    fields: Readonly<Record<string, string>> = {},
  ): Promise<Answer<{ readonly items: Source[] } & Problem>> {
    const form = new FormData();
    for (const [name, value] of Object.entries(fields)) form.append(name, value);
    for (const { name, bytes } of files) form.append('file', new Blob([bytes]), name);
    return this.call('POST', '/library/sources', form);
  }

  async createCollection(name: string): Promise<string> {
    const { status, body } = await this.call<{ id: string }>('POST', '/library/collections', { name });
    if (status !== 201) throw new Error(`A collection could not be made: ${status} ${JSON.stringify(body)}`);
    return body.id;
  }

  /** All sources, page by page. */
  async sources(filter: Readonly<Record<string, string>> = {}): Promise<Source[]> {
    const found: Source[] = [];
    let cursor: string | null = null;
    do {
      const query = new URLSearchParams({ ...filter, limit: '100', ...(cursor === null ? {} : { cursor }) });
      const page: Answer<Page> = await this.call('GET', `/library/sources?${query}`);
      if (page.status !== 200)
        throw new Error(`Listing sources answered ${page.status}: ${JSON.stringify(page.body)}`);
      found.push(...page.body.items);
      cursor = page.body.nextCursor;
    } while (cursor !== null);
    return found;
  }

  /** Waits until a source is ready, failed or cancelled. @throws Error after `limitMs`, naming the stage it is stuck in. */
  async settle(id: string, limitMs: number): Promise<Source> {
    const until = performance.now() + limitMs;
    for (;;) {
      const { status, body } = await this.call<Source>('GET', `/library/sources/${id}`);
      if (status !== 200) throw new Error(`Source ${id} answered ${status}: ${JSON.stringify(body)}`);
      if (TERMINAL.has(body.stage)) return body;
      if (performance.now() > until)
        throw new Error(`Source ${body.title} is still "${body.stage}" after ${limitMs} ms.`);
      await delay(50);
    }
  }

  /** Waits until no source of the collection is on its way. @throws Error after `limitMs`. */
  async settleAll(collectionId: string, limitMs: number): Promise<Source[]> {
    const until = performance.now() + limitMs;
    for (;;) {
      const open = await this.sources({ collectionId, status: 'processing' });
      if (open.length === 0) return this.sources({ collectionId });
      if (performance.now() > until) {
        const stages = Object.entries(Object.groupBy(open, ({ stage }) => stage)).map(
          ([stage, of]) => `${of?.length} ${stage}`,
        );
        throw new Error(`After ${limitMs} ms there are still ${stages.join(', ')}.`);
      }
      await delay(250);
    }
  }
}

/** The one source of an accepted upload. @throws Error with the answer where it was refused. */
export function sourceOf({ status, body }: Answer<{ readonly items: readonly Source[] }>): Source {
  const [source] = body.items ?? [];
  if (status !== 202 || source === undefined)
    throw new Error(`Upload answered ${status}: ${JSON.stringify(body)}`);
  return source;
}
