import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { Organization, SignedIn } from '../../client/index.ts';
import { openSession } from './session.ts';

// Against a server of canned answers: what is asked for, with which token, and when.

const NOW = '2026-01-01T00:00:00Z';
const times = { createdAt: NOW, updatedAt: NOW };
const open = {
  settings: { memberDirectory: 'members', requireSecondFactor: false },
  version: 1,
  closedAt: null,
  deleteAfter: null,
  ...times,
} as const;
const first: Organization = { id: 'id-1', name: 'Field office', role: 'admin', ...open };
const second: Organization = { id: 'id-2', name: 'Archive', role: 'regular', ...open };
const user = { id: 'user', email: 'ana@example.org', name: 'Ana', emailVerified: true, ...times };

let server: Server;
let baseUrl: string;
let organizations: Organization[];
let asked: string[];
let refreshes: number;

const signedIn = (n: number): SignedIn => ({
  accessToken: `access-${n}`,
  refreshToken: `refresh-${n}`,
  tokenType: 'Bearer',
  expiresIn: 900,
  csrfToken: '',
  user,
  organization: first,
});

beforeEach(async () => {
  vi.useFakeTimers({ toFake: ['Date'] });
  organizations = [first];
  asked = [];
  refreshes = 0;
  server = createServer((request, response) => {
    const { authorization = '', 'x-organization-id': organization = '' } = request.headers;
    asked.push(`${request.url} ${authorization} ${organization}`.trim());
    const body = request.url?.endsWith('/refresh')
      ? signedIn(++refreshes + 1)
      : request.url?.endsWith('/api-keys/current')
        ? { organization: { id: second.id, name: second.name } }
        : { user, organization: first, organizations, csrfToken: null };
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  });
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterEach(async () => {
  vi.useRealTimers();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

describe('tokens', () => {
  test('a sign-in is renewed at half of its life, once for requests that come together', async () => {
    const session = await openSession(baseUrl, { signedIn: signedIn(1) }, undefined);
    await session.send('/early');
    vi.setSystemTime(Date.now() + 451_000);
    await Promise.all([session.send('/one'), session.send('/two'), session.client.GET('/api/v1/auth/me')]);
    expect(refreshes).toBe(1);
    expect(asked).toContain('/early Bearer access-1 id-1');
    for (const path of ['/one', '/two', '/api/v1/auth/me'])
      expect(asked).toContain(`${path} Bearer access-2 id-1`);
    await session.end();
    expect(asked.at(-1)).toBe('/api/v1/auth/logout Bearer access-2');
  });

  test('a token that was given is sent as it is, neither renewed nor ended', async () => {
    const session = await openSession(baseUrl, { token: 'given' }, undefined);
    vi.setSystemTime(Date.now() + 86_400_000);
    await session.send('/late');
    await session.end();
    expect(asked).toEqual(['/api/v1/auth/me Bearer given', '/late Bearer given id-1']);
  });
});

describe('an API key', () => {
  test('says itself where it belongs, and is sent as it is', async () => {
    const session = await openSession(baseUrl, { token: 'sk_given' }, undefined);
    expect(session.organization).toEqual({ id: 'id-2', name: 'Archive' });
    await session.send('/later');
    await session.end();
    expect(asked).toEqual(['/api/v1/api-keys/current Bearer sk_given', '/later Bearer sk_given id-2']);
  });

  test('is refused for another organization than its own', async () => {
    for (const wanted of ['id-2', 'archive'])
      expect((await openSession(baseUrl, { token: 'sk_given' }, wanted)).organization.id).toBe('id-2');
    const elsewhere = openSession(baseUrl, { token: 'sk_given' }, 'Field office');
    await expect(elsewhere).rejects.toMatchObject({
      exitCode: 2,
      message: expect.stringContaining('Archive'),
    });
  });
});

describe('the organization', () => {
  test('is named by id or by name, in any case', async () => {
    organizations = [first, second];
    for (const wanted of ['id-2', 'archive', 'Archive']) {
      expect((await openSession(baseUrl, { signedIn: signedIn(1) }, wanted)).organization).toEqual(second);
    }
  });

  test('must be named where a person has several, and is the token’s otherwise', async () => {
    organizations = [first, second];
    const unnamed = openSession(baseUrl, { signedIn: signedIn(1) }, undefined);
    await expect(unnamed).rejects.toMatchObject({
      exitCode: 2,
      message: expect.stringContaining('Archive (id-2)'),
    });
    expect((await openSession(baseUrl, { token: 'given' }, undefined)).organization).toEqual(first);
  });

  test('a name that two share is refused, and so is one that nobody has', async () => {
    organizations = [first, { ...second, name: 'FIELD OFFICE' }];
    for (const wanted of ['field office', 'nowhere']) {
      await expect(openSession(baseUrl, { token: 'given' }, wanted)).rejects.toMatchObject({ exitCode: 2 });
    }
  });
});
