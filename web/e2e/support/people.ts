import type { APIRequestContext, Browser } from 'playwright-core';
import { openTab, type Tab } from './browser.ts';
import { OPERATOR_SECRET, type RunningServer } from './server.ts';

export const PASSWORD = 'correct horse battery staple';

export interface Person {
  readonly id: string;
  readonly email: string;
  readonly organizationId: string;
  /** Sends what the person would send, with the proof against forged requests. */
  readonly post: (path: string, data?: unknown) => Promise<Record<string, unknown>>;
  readonly tab: Tab;
}

/** Somebody with an account and an organization of their own, signed in in a tab of their own. */
export async function newPerson(browser: Browser, server: RunningServer, name: string): Promise<Person> {
  const tab = await openTab(browser, server);
  const requests = tab.page.request;
  const email = `${name.toLowerCase()}.${Date.now()}@example.org`;
  const registered = await send(requests, server, '/auth/register', {
    name,
    email,
    password: PASSWORD,
    organizationName: `${name}’s office`,
  });
  const { user, organization, csrfToken } = registered as {
    user: { id: string };
    organization: { id: string };
    csrfToken: string;
  };
  return {
    id: user.id,
    email,
    organizationId: organization.id,
    post: (path, data) => send(requests, server, path, data, { 'x-csrf-token': csrfToken }),
    tab,
  };
}

/** Lets `guest` into the organization that `host` works in, and makes it the one that they see. */
export async function join(
  host: Person,
  guest: Person,
  role: 'admin' | 'power' | 'regular' | 'guest',
): Promise<void> {
  const { link } = await host.post('/invitations', { role });
  const token = String(link).split('token=')[1];
  await guest.post('/invitations/accept', { token });
  await guest.post('/auth/organization', { organizationId: host.organizationId });
}

export async function makeOperator(server: RunningServer, person: Person): Promise<void> {
  const answer = await fetch(`${server.url}/api/v1/operator/users/${person.id}`, {
    method: 'PATCH',
    headers: { 'content-type': 'application/json', 'x-admin-secret': OPERATOR_SECRET },
    body: JSON.stringify({ operator: true }),
  });
  if (!answer.ok) throw new Error(`the mark was refused: ${answer.status} ${await answer.text()}`);
}

async function send(
  requests: APIRequestContext,
  server: RunningServer,
  path: string,
  data: unknown,
  headers: Record<string, string> = {},
): Promise<Record<string, unknown>> {
  const answer = await requests.post(`/api/v1${path}`, {
    ...(data === undefined ? {} : { data }),
    headers: { origin: server.url, ...headers },
  });
  const text = await answer.text();
  if (!answer.ok()) throw new Error(`${path} was refused: ${answer.status()} ${text}`);
  return text === '' ? {} : JSON.parse(text);
}
