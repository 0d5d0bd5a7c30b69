import type { LightMyRequestResponse } from 'fastify';
import { expect } from 'vitest';
import type { TestDatabase } from './database.ts';
import { type IdentityWorld, identityWorld, type Joined } from './identity-world.ts';

type Method = 'GET' | 'POST' | 'DELETE';

/** Two organizations, Ada's and Eve's, and everybody's hands on API keys. For tests. */
export interface ApiKeysWorld {
  readonly db: TestDatabase;
  readonly world: IdentityWorld;
  readonly ada: Joined;
  readonly eve: Joined;
  call(
    token: string,
    method: Method,
    path: string,
    payload?: object,
    headers?: Record<string, string>,
  ): Promise<LightMyRequestResponse>;
  tokenOf(who: Joined): string;
  /** Asks for a key; for search, where `body` does not say otherwise. */
  make(who: Joined, body?: object): Promise<LightMyRequestResponse>;
  keyOf(who: Joined, body?: object): Promise<{ readonly id: string; readonly key: string }>;
  /** What needs `search:read` and any role. */
  search(key: string, headers?: Record<string, string>): Promise<LightMyRequestResponse>;
  /** What needs `library:write` and the role `power`. */
  write(key: string): Promise<LightMyRequestResponse>;
  /** Somebody new with that role in Ada's organization, which they are signed in to. */
  colleague(role: string): Promise<Joined>;
  setRole(who: Joined, role: string): Promise<unknown>;
  expectRefused(answer: LightMyRequestResponse): void;
  close(): Promise<void>;
}

export async function apiKeysWorld(db: TestDatabase): Promise<ApiKeysWorld> {
  const world = await identityWorld(db);
  const ada = await world.join('ada@example.org');
  const eve = await world.join('eve@example.org');
  let people = 0;

  const call: ApiKeysWorld['call'] = (token, method, path, payload, headers = {}) =>
    world.http.inject({
      method,
      url: `/api/v1${path}`,
      headers: { authorization: `Bearer ${token}`, ...headers },
      ...(payload ? { payload } : {}),
    });
  const tokenOf = ({ program }: Joined) => program.accessToken;
  const make: ApiKeysWorld['make'] = (who, body = {}) =>
    call(tokenOf(who), 'POST', '/api-keys', { name: 'A key', scopes: ['search:read'], ...body });

  async function colleague(role: string): Promise<Joined> {
    people += 1;
    const joined = await world.join(`colleague${people}@example.org`);
    await db.owner('insert into memberships (organization_id, user_id, role) values ($1, $2, $3)', [
      ada.organizationId,
      joined.userId,
      role,
    ]);
    await db.owner('delete from memberships where organization_id = $1', [joined.organizationId]);
    await db.owner('update sessions set organization_id = $1 where user_id = $2', [
      ada.organizationId,
      joined.userId,
    ]);
    const renewed = await world.http.inject({
      method: 'POST',
      url: '/api/v1/auth/refresh',
      payload: { refreshToken: joined.program.refreshToken },
    });
    return { ...joined, organizationId: ada.organizationId, program: renewed.json() };
  }

  return {
    ...{ db, world, ada, eve, call, tokenOf, make, colleague },
    keyOf: async (who, body) => (await make(who, body)).json(),
    search: (key, headers) => call(key, 'GET', '/probe/search', undefined, headers),
    write: (key) => call(key, 'POST', '/probe/library'),
    setRole: (who, role) =>
      db.owner('update memberships set role = $1 where user_id = $2 and organization_id = $3', [
        role,
        who.userId,
        ada.organizationId,
      ]),
    expectRefused: (answer) => {
      expect(answer.statusCode).toBe(401);
      expect(answer.json()).toMatchObject({ code: 'identity.invalid_api_key' });
      expect(answer.headers['www-authenticate']).toBe('Bearer');
    },
    close: async () => {
      await world.close();
      await db.close();
    },
  };
}
