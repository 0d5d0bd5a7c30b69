import type { RunningServer } from './server.ts';

/** What tests are operators by; see `startServer`. */
export const ADMIN_SECRET = 'the-admin-secret-of-a-test-server';

export interface Answer<T> {
  readonly status: number;
  readonly body: T;
}

/** A call of the API beside the browser. */
export async function call<T>(
  server: RunningServer,
  path: string,
  init: { readonly method?: string; readonly token?: string; readonly body?: unknown; readonly operator?: true } = {},
): Promise<Answer<T>> {
  const headers: Record<string, string> = {
    ...(init.token === undefined ? {} : { authorization: `Bearer ${init.token}` }),
    ...(init.operator === true ? { 'x-admin-secret': ADMIN_SECRET } : {}),
    ...(init.body === undefined ? {} : { 'content-type': 'application/json' }),
  };
  const response = await fetch(`${server.url}/api/v1${path}`, {
    method: init.method ?? (init.body === undefined ? 'GET' : 'POST'),
    headers,
    ...(init.body === undefined ? {} : { body: JSON.stringify(init.body) }),
  });
  const text = await response.text();
  return { status: response.status, body: text === '' ? (null as T) : JSON.parse(text) };
}

/** The path of the link in the newest mail of its kind to somebody; without a mail server every mail is held. */
export async function mailedLink(server: RunningServer, to: string, kind: string): Promise<string> {
  const { body: list } = await call<{ items: { id: string; to: string; kind: string }[] }>(
    server,
    '/operator/mail?limit=100',
    { operator: true },
  );
  const entry = list.items.find((item) => item.to === to && item.kind === kind);
  if (entry === undefined) throw new Error(`there is no mail ${kind} to ${to}`);
  const { body } = await call<{ text: string }>(server, `/operator/mail/${entry.id}`, { operator: true });
  const path = /https?:\/\/[^/]+(\/\S*#token=\S+)/.exec(body.text)?.[1];
  if (path === undefined) throw new Error(`the mail ${kind} holds no link`);
  return path;
}
