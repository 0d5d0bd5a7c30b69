import { tmpdir } from 'node:os';
import { join as pathOf } from 'node:path';
import type { Clock } from '../kernel/clock.ts';
import { type IdSource, newId } from '../kernel/ids.ts';
import {
  type IdentityModule,
  type IdentitySettings,
  identityModule,
} from '../modules/identity/identity.module.ts';
import { tasksModule } from '../modules/tasks/tasks.module.ts';
import { createAuditLog, createAuditTrail } from '../platform/audit/index.ts';
import {
  type AccessChanges,
  createAccessChanges,
  createSecretBox,
  deriveKeys,
} from '../platform/auth/index.ts';
import { MemoryCache } from '../platform/cache/index.ts';
import { createHttpServer, type Http } from '../platform/http/index.ts';
import { createLogger } from '../platform/logging/index.ts';
import { createMail } from '../platform/mail/index.ts';
import { createOutbound, parseAllowed } from '../platform/outbound/index.ts';
import { PgBossQueue } from '../platform/queue/index.ts';
import { LocalStorage } from '../platform/storage/index.ts';
import type { TestDatabase } from './database.ts';

const SETTINGS: IdentitySettings = {
  secretKey: 'a secret of the tests, long enough',
  adminSecret: 'the admin secret of the tests, long enough',
  publicUrl: 'https://scriptorium.example',
  issuer: 'https://scriptorium.example',
  accessTokenSeconds: 900,
  signingKeyDays: 90,
  sessionSeconds: 86_400,
  registration: 'open',
  organizationGraceDays: 30,
  organizationsPerPerson: 20,
  secureCookies: true,
  rateLimit: false,
};

export interface SignIn {
  readonly accessToken: string;
  readonly refreshToken: string;
  readonly csrfToken: string;
}

export interface Joined {
  readonly userId: string;
  readonly organizationId: string;
  readonly browser: SignIn & { readonly cookies: Record<string, string> };
  readonly program: SignIn;
}

/** An event as the database holds it. */
export interface Audited {
  readonly organizationId: string;
  readonly userId: string | null;
  readonly targetId: string | null;
  readonly outcome: string;
  readonly details: Readonly<Record<string, unknown>> | null;
}

/** Identity behind a real HTTP server, with a clock that only moves when it is told to. */
export interface IdentityWorld extends IdentityModule {
  readonly http: Http;
  readonly clock: Clock;
  readonly ids: IdSource;
  readonly accessChanges: AccessChanges;
  /** A new account, signed in twice: as a browser with cookies and as a program with tokens. */
  join(email: string): Promise<Joined>;
  /** Lets so many seconds pass. */
  pass(seconds: number): void;
  /** The same database behind a server with other settings; closed with the world. */
  withSettings(settings: Partial<IdentitySettings>): Promise<{ readonly http: Http } & IdentityModule>;
  /** What the audit trails hold of one action, oldest first. */
  audited(action: string): Promise<readonly Audited[]>;
  /** The texts of the mail to an address, newest first; nothing leaves the machine. */
  mailTo(address: string): Promise<readonly string[]>;
  close(): Promise<void>;
}

export interface IdentityWorldOptions {
  /** `host:port` of servers on this machine that the outbound door leads to. */
  readonly reach?: readonly string[];
}

export async function identityWorld(
  db: TestDatabase,
  options: IdentityWorldOptions = {},
): Promise<IdentityWorld> {
  let now = Date.parse('2026-03-01T12:00:00Z');
  const clock: Clock = () => new Date(now);
  const servers: Http[] = [];
  const reach = (options.reach ?? []).map(parseAllowed).filter((place) => place !== undefined);
  const outbound = createOutbound({ allow: reach, ports: [] });
  const accessChanges = createAccessChanges(db.database);
  const queues: PgBossQueue[] = [];
  const newQueue = () => {
    const queue = new PgBossQueue({
      database: db.database,
      onError: () => undefined,
      onJobError: () => undefined,
    });
    queues.push(queue);
    return queue;
  };
  const mail = createMail({
    uow: db.database.uow,
    // Without a server to send by, nothing is ever queued.
    queue: newQueue(),
    secrets: createSecretBox(deriveKeys(SETTINGS.secretKey).storedSecrets),
    clock,
    ids: newId,
    logger: createLogger('silent'),
    settings: { smtpUrl: undefined, from: 'test@example.org', keepDays: 30 },
  });
  await accessChanges.start();

  async function serve(settings: Partial<IdentitySettings>) {
    const logger = createLogger('silent');
    const queue = newQueue();
    const module = identityModule({
      uow: db.database.uow,
      audit: createAuditTrail({ key: deriveKeys(SETTINGS.secretKey).auditTrail, clock, ids: newId }),
      auditLog: createAuditLog({ key: deriveKeys(SETTINGS.secretKey).auditTrail, uow: db.database.uow }),
      accessChanges,
      cache: new MemoryCache(10_000, clock),
      outbound,
      mail,
      queue,
      storage: new LocalStorage(pathOf(tmpdir(), 'scriptorium-identity-world')),
      tasks: tasksModule({ uow: db.database.uow, onError: () => undefined }).api,
      domains: () => [],
      settings: { ...SETTINGS, ...settings },
      clock,
      ids: newId,
      logger,
    });
    const http = await createHttpServer({
      settings: {
        host: '127.0.0.1',
        port: 0,
        publicUrl: undefined,
        trustedProxies: 0,
        corsOrigins: [],
        rateLimit: false,
        secureCookies: settings.secureCookies ?? SETTINGS.secureCookies,
      },
      logger,
      authenticator: module.authenticator,
      accessChanges,
      routes: [...module.routes, probes],
      surroundings: [module.signingKeys.published],
    });
    await queue.start({ work: true });
    servers.push(http);
    return { ...module, http };
  }

  const first = await serve({});
  return {
    ...first,
    clock,
    ids: newId,
    accessChanges,
    join: (email) => join(first.http, email),
    pass: (seconds) => {
      now += seconds * 1000;
    },
    withSettings: serve,
    mailTo: async (address) => {
      const { items } = await mail.outbox.list({ limit: 100 }, undefined);
      const texts = items
        .filter(({ to }) => to === address)
        .map(async ({ id }) => (await mail.outbox.get(id))?.text ?? '');
      return Promise.all(texts);
    },
    audited: async (action) => {
      const rows = await db.owner(
        `select organization_id as "organizationId", user_id as "userId", target_id as "targetId", outcome, details
         from audit_events where action = $1 order by occurred_at, organization_id, sequence`,
        [action],
      );
      return rows as unknown as Audited[];
    },
    close: async () => {
      for (const http of servers) await http.close();
      for (const queue of queues) await queue.stop(1);
      await accessChanges.close();
    },
  };
}

async function join(http: Http, email: string): Promise<Joined> {
  const password = 'a password for tests';
  const registered = await http.inject({
    method: 'POST',
    url: '/api/v1/auth/register',
    payload: { email, password, name: email },
  });
  const login = await http.inject({
    method: 'POST',
    url: '/api/v1/auth/login?transport=body',
    payload: { email, password },
  });
  const { accessToken, csrfToken, user, organization } = registered.json();
  const cookies = Object.fromEntries(registered.cookies.map(({ name, value }) => [name, value]));
  const refreshToken = cookies['__Host-scriptorium_refresh'] ?? '';
  return {
    userId: user.id,
    organizationId: organization.id,
    browser: { accessToken, csrfToken, refreshToken, cookies },
    program: login.json(),
  };
}

/** Endpoints that show who the server thinks is asking. */
function probes(http: Http): void {
  http.get(
    '/probe',
    { config: { access: { minimum: 'guest', scope: null } } },
    async (request) => request.actor,
  );
  http.post(
    '/probe',
    { config: { access: { minimum: 'guest', scope: null } } },
    async (request) => request.actor,
  );
  http.post(
    '/probe/power',
    { config: { access: { minimum: 'power', scope: null } } },
    async (request) => request.actor,
  );
  http.get(
    '/probe/search',
    { config: { access: { minimum: 'guest', scope: 'search:read' } } },
    async (request) => request.actor,
  );
  http.post(
    '/probe/library',
    { config: { access: { minimum: 'power', scope: 'library:write' } } },
    async (request) => request.actor,
  );
  http.post('/probe/operator', { config: { access: { operator: true } } }, async (request) => request.actor);
}
