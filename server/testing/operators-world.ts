import type { LightMyRequestResponse } from 'fastify';
import { instanceActor } from '../kernel/actor.ts';
import type { TestDatabase } from './database.ts';
import { type IdentityWorld, identityWorld, type Joined } from './identity-world.ts';

/** The `X-Admin-Secret` of `identityWorld`. */
export const OPERATORS_SECRET = 'the admin secret of the tests, long enough';

type Method = 'GET' | 'POST' | 'PATCH' | 'DELETE';
type Headers = Readonly<Record<string, string>>;
type Call = (method: Method, path: string, payload?: object) => Promise<LightMyRequestResponse>;

/** An instance with Boss, who is marked as operator, and Ada, who is not. */
export interface OperatorsWorld {
  readonly db: TestDatabase;
  readonly world: IdentityWorld;
  readonly boss: Joined;
  readonly ada: Joined;
  call(headers: Headers, method: Method, path: string, payload?: object): Promise<LightMyRequestResponse>;
  readonly bySecret: Call;
  readonly byBoss: Call;
  bearer(who: Joined): Headers;
  login(email: string): Promise<LightMyRequestResponse>;
  close(): Promise<void>;
}

export async function operatorsWorld(db: TestDatabase): Promise<OperatorsWorld> {
  const world = await identityWorld(db);
  const boss = await world.join('boss@example.org');
  const ada = await world.join('ada@example.org');
  await world.operators.users.markOperator(instanceActor('test'), ' Boss@Example.org', true);
  const call: OperatorsWorld['call'] = (headers, method, path, payload) =>
    world.http.inject({ method, url: `/api/v1${path}`, headers, ...(payload ? { payload } : {}) });
  const bearer = ({ program }: Joined) => ({ authorization: `Bearer ${program.accessToken}` });
  return {
    ...{ db, world, boss, ada, call, bearer },
    bySecret: (method, path, payload) => call({ 'x-admin-secret': OPERATORS_SECRET }, method, path, payload),
    byBoss: (method, path, payload) => call(bearer(boss), method, path, payload),
    login: (email) => call({}, 'POST', '/auth/login', { email, password: 'a password for tests' }),
    close: async () => {
      await world.close();
      await db.close();
    },
  };
}
