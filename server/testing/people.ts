import { randomUUID } from 'node:crypto';
import { instanceActor, type Role } from '../kernel/actor.ts';
import type { Http } from '../platform/http/index.ts';
import type { IdentityWorld } from './identity-world.ts';

const PASSWORD = 'a password for tests';

/** A signed-in person, as a program. */
export interface Person {
  readonly userId: string;
  readonly email: string;
  /** The one that they came into. */
  readonly organizationId: string;
  readonly call: ReturnType<typeof caller>;
  /** The same person with another access token. */
  with(accessToken: string): { readonly call: ReturnType<typeof caller> };
  /** Renews the session; the new tokens are the answer's. */
  refresh(): ReturnType<typeof send>;
}

type Method = 'GET' | 'POST' | 'PATCH' | 'DELETE';

async function send(
  world: IdentityWorld,
  method: Method,
  path: string,
  payload: object | undefined,
  headers: Record<string, string>,
  http: Http = world.http,
) {
  const answer = await http.inject({
    method,
    url: `/api/v1${path}`,
    headers,
    ...(payload ? { payload } : {}),
  });
  const isJson = /json/.test(String(answer.headers['content-type']));
  return {
    status: answer.statusCode,
    headers: answer.headers,
    text: answer.payload,
    body: isJson ? answer.json() : null,
  };
}

function caller(world: IdentityWorld, token: string) {
  return (
    method: Method,
    path: string,
    payload?: object,
    headers: Record<string, string> = {},
    /** Another server on the same database. */
    http?: Http,
  ) => send(world, method, path, payload, { authorization: `Bearer ${token}`, ...headers }, http);
}

/** People of a world, as tests need them. */
export function people(worldOf: () => IdentityWorld) {
  async function account(role: Role, organization: { readonly id: string } | { readonly name: string }) {
    const world = worldOf();
    const email = `${randomUUID()}@example.org`;
    const made = await world.api.createUser(instanceActor('test'), {
      ...{ email, name: `The ${role}`, password: PASSWORD, role, organization },
    });
    return signIn(email, made.organizations[0]?.id ?? '');
  }

  /** Somebody whose password is the one of the tests. */
  async function signIn(email: string, organizationId: string): Promise<Person> {
    const world = worldOf();
    const login = await send(world, 'POST', '/auth/login?transport=body', { email, password: PASSWORD }, {});
    const { accessToken, refreshToken, user } = login.body;
    return {
      userId: user.id,
      email,
      organizationId,
      call: caller(world, accessToken),
      with: (token) => ({ call: caller(world, token) }),
      refresh: () => send(world, 'POST', '/auth/refresh', { refreshToken }, {}),
    };
  }

  return {
    password: PASSWORD,
    /** Somebody new with an organization of their own. */
    founder: () => account('admin', { name: 'An organization' }),
    /** Somebody new in this person's organization. */
    member: (of: Person, role: Role) => account(role, { id: of.organizationId }),
    signIn,
    /** Nobody. */
    anonymous: (method: Method, path: string, payload?: object, headers: Record<string, string> = {}) =>
      send(worldOf(), method, path, payload, headers),
  };
}
