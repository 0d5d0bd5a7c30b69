import createFetchClient, { type Client } from 'openapi-fetch';
import { problemFrom, unreachableServer } from './problem.ts';
import type { paths } from './schema.ts';

export { eventsOf, type FollowOptions, followEvents, readEvents, type ServerEvent } from './events.ts';
export { type FieldProblem, ProblemError, problemFrom, unreachableServer } from './problem.ts';
export type { paths } from './schema.ts';
export type * from './types.ts';

export type ScriptoriumClient = Client<paths>;

export interface ClientOptions {
  /** Where the server answers, without `/api/v1`. Empty in a page that the server itself serves. */
  readonly baseUrl: string;
  /** An access token or an API key, asked for before each request; browsers use the cookie instead. */
  readonly token?: () => string | undefined;
  /** The organization to work in, where the caller belongs to several. */
  readonly organizationId?: string;
  readonly fetch?: (request: Request) => Promise<Response>;
}

/**
 * A typed client for every path of the server's OpenAPI document.
 *
 *     const client = createScriptoriumClient({ baseUrl: 'http://127.0.0.1:3000', token: () => apiKey });
 *     const page = await unwrap(client.GET('/api/v1/library/sources', { params: { query: { limit: 10 } } }));
 */
export function createScriptoriumClient(options: ClientOptions): ScriptoriumClient {
  const send = options.fetch ?? ((request: Request) => fetch(request));
  const client = createFetchClient<paths>({
    baseUrl: options.baseUrl,
    fetch: (request) => send(request).catch(rethrowUnreachable),
  });
  client.use({
    onRequest({ request }) {
      const token = options.token?.();
      if (token !== undefined) request.headers.set('authorization', `Bearer ${token}`);
      if (options.organizationId !== undefined)
        request.headers.set('x-organization-id', options.organizationId);
      return request;
    },
  });
  return client;
}

/** The data of a call, or its problem thrown. */
export async function unwrap<T>(
  call: Promise<{ data?: T; error?: unknown; response: Response }>,
): Promise<T> {
  const { data, error, response } = await call;
  if (!response.ok) throw problemFrom(response, error);
  return data as T;
}

function rethrowUnreachable(error: unknown): never {
  if (error instanceof DOMException && error.name === 'AbortError') throw error;
  throw unreachableServer(error);
}
