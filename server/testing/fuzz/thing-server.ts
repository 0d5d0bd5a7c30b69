import type { AddressInfo } from 'node:net';
import { Type } from 'typebox';
import { apiReference } from '../../app/reference.ts';
import { type Actor, publicActor, type Role } from '../../kernel/actor.ts';
import { AppError } from '../../kernel/errors.ts';
import type { Credentials } from '../../platform/auth/port.ts';
import { loadConfig } from '../../platform/config/index.ts';
import { createHttpServer, type Http } from '../../platform/http/index.ts';
import { createLogger } from '../../platform/logging/index.ts';
import type { CallerName } from '../isolation/callers.ts';
import type { OpenApi } from './document.ts';
import { symbolicTenant } from './symbols.ts';
import type { FuzzTarget, Stage } from './target.ts';

/** What a small server has and does. */
export interface Things {
  /** Its database. */
  readonly names: string[];
  /** Lines, as a process prints them. */
  readonly log: string[];
  running: boolean;
}
/** Built into the scope of `POST /things`, in a server that otherwise keeps every promise. */
export type Fault = (scope: Http, things: Things) => void;

const ROLES: Readonly<Record<CallerName, Role | 'nobody'>> = {
  admin: 'admin',
  power: 'power',
  regular: 'regular',
  guest: 'guest',
  'admin of another organization': 'admin',
  'key with every scope': 'power',
  'key with another scope': 'power',
  'marked operator': 'admin',
  'admin secret': 'admin',
  nobody: 'nobody',
  'revoked key': 'nobody',
  'expired token': 'nobody',
  'removed member': 'nobody',
};
const OWN_ID = '01890000-0000-7000-8000-000000000001';
export const OTHER_ID = '01890000-0000-7000-8000-000000000002';
export const OTHER_CANARY = 'canaryother';

/** The HTTP layer of the product around one operation that keeps names: what the fuzzer itself is tried on. */
export class ThingServer implements FuzzTarget {
  readonly document: OpenApi;
  readonly url: string;
  readonly things: Things;
  readonly #http: Http;
  readonly #stage = symbolicStage();

  private constructor(http: Http, things: Things) {
    this.#http = http;
    this.things = things;
    this.document = http.swagger() as OpenApi;
    this.url = `http://127.0.0.1:${(http.server.address() as AddressInfo).port}`;
  }

  static async start(fault?: Fault): Promise<ThingServer> {
    const things: Things = { names: [], log: [], running: true };
    const http = await createHttpServer({
      settings: loadConfig({}).http,
      logger: createLogger('info', { write: (line: string) => void things.log.push(line) }),
      authenticator: { authenticate, authenticateOperator: authenticate },
      surroundings: [
        apiReference,
        (root) => void root.get('/health/ready', { schema: { hide: true } }, async () => 'ready'),
      ],
      routes: [
        healthyRoutes,
        (api) => {
          void api.register(async (scope) => {
            fault?.(scope as Http, things);
            thingRoute(scope as Http, things);
          });
        },
      ],
    });
    await http.listen({ host: '127.0.0.1', port: 0 });
    return new ThingServer(http, things);
  }

  get running(): boolean {
    return this.things.running;
  }

  stage(): Stage {
    return this.#stage;
  }

  async renew(): Promise<void> {}

  async digest(): Promise<ReadonlyMap<string, string>> {
    return new Map([['things', JSON.stringify(this.things.names)]]);
  }

  logged(): string {
    return this.things.log.splice(0).join('');
  }

  async close(): Promise<void> {
    this.#http.server.closeAllConnections();
    await this.#http.close();
  }
}

/** Everybody's bearer token is what they are called. */
function symbolicStage(): Stage {
  const callers = Object.fromEntries(
    Object.keys(ROLES).map((name) => [name, { authorization: `Bearer ${tokenOf(name)}` }]),
  );
  return {
    own: { ...symbolicTenant('own'), id: OWN_ID, canary: 'canaryown', secrets: [OWN_ID] },
    other: { ...symbolicTenant('other'), id: OTHER_ID, canary: OTHER_CANARY, secrets: [OTHER_ID] },
    callers: callers as unknown as Stage['callers'],
  };
}

const tokenOf = (caller: string) => caller.replaceAll(' ', '-');

async function authenticate({ bearer, requestId }: Credentials): Promise<Actor> {
  if (bearer === undefined) return publicActor(requestId);
  const role = Object.entries(ROLES).find(([name]) => tokenOf(name) === bearer)?.[1] ?? 'nobody';
  if (role === 'nobody')
    throw new AppError({ kind: 'unauthenticated', code: 'identity.invalid', safeMessage: 'No.' });
  return { kind: 'user', userId: OWN_ID, organizationId: OWN_ID, role, scopes: [], requestId };
}

/** What is asked after every batch. */
function healthyRoutes(api: Http): void {
  const config = { access: { minimum: 'guest', scope: 'any' } } as const;
  const schema = { hide: true };
  api.get('/auth/me', { config, schema }, async () => ({}));
  api.get('/library/collections', { config, schema }, async () => ({ items: [] }));
  api.post('/library/collections', { config, schema }, async (_request, reply) => reply.code(201).send({}));
}

/** `about`: any id, which is kept with the name. */
const NewThing = Type.Object(
  { name: Type.String({ maxLength: 100 }), about: Type.Optional(Type.String({ format: 'uuid' })) },
  { additionalProperties: false },
);
const Thing = Type.Object({ name: Type.String() });

function thingRoute(scope: Http, { names }: Things): void {
  const config = { access: { minimum: 'regular', scope: 'any' } } as const;
  const schema = { body: NewThing, response: { 201: Thing } };
  scope.post('/things', { config, schema }, async (request, reply) => {
    const { name, about = '' } = request.body;
    names.push(`${name} ${about}`);
    return reply.code(201).send({ name });
  });
}
