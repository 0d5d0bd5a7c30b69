import { type Clock, systemClock } from '../kernel/clock.ts';
import { newId } from '../kernel/ids.ts';
import { createAiGateway } from '../platform/ai/index.ts';
import { createAuditLog, createAuditTrail } from '../platform/audit/index.ts';
import {
  createAccessChanges,
  createSecretBox,
  createSecretCheck,
  deriveKeys,
} from '../platform/auth/index.ts';
import { MemoryCache, RedisCache } from '../platform/cache/index.ts';
import type { Config } from '../platform/config/index.ts';
import { type OpenedDatabase, openDatabase } from '../platform/db/index.ts';
import { QueuedEvents } from '../platform/events/index.ts';
import { createHttpServer, createIdempotency, type Http } from '../platform/http/index.ts';
import { createLogger, type Logger } from '../platform/logging/index.ts';
import { createMail } from '../platform/mail/index.ts';
import { createOutbound } from '../platform/outbound/index.ts';
import { installQueue, PgBossQueue } from '../platform/queue/index.ts';
import { createRateLimits } from '../platform/rate-limit/index.ts';
import { createSearchPlatform } from '../platform/search/index.ts';
import { LocalStorage } from '../platform/storage/index.ts';
import { webConsole } from './console.ts';
import { healthRoutes } from './health.ts';
import { createModules, type Modules, type Platform } from './modules.ts';
import { apiReference } from './reference.ts';
import { resolveSecret } from './secret.ts';

/** The product, put together and not yet working: no port is open and no job is taken before `start`. */
export interface Application {
  readonly platform: Platform;
  readonly modules: Modules;
  readonly http: Http;
  readonly migrations: OpenedDatabase['migrations'];
  /** Begins to take jobs, if `work`; without it only enqueues. */
  start(options: { readonly work: boolean }): Promise<void>;
  /** Stops taking requests and jobs, lets running ones end within the grace period, requeues the rest, closes everything. */
  stop(): Promise<void>;
}

export interface ComposeOptions {
  readonly logger?: Logger;
  /** Moved by tests. */
  readonly clock?: Clock;
  /** A database that is open already (tests); otherwise the configured one is opened and migrated. */
  readonly opened?: OpenedDatabase;
}

/** How long requests may go on after the server was told to stop. */
const MAX_DRAIN_MS = 8_000;

/** The composition root: the only place that knows which adapter stands behind which port. */
export async function compose(config: Config, options: ComposeOptions = {}): Promise<Application> {
  const clock = options.clock ?? systemClock;
  const logger = options.logger ?? createLogger(config.logging.level);
  const secretKey = await resolveSecret(config);
  const opened =
    options.opened ??
    (await openDatabase({
      config,
      ownerSteps: [installQueue],
      onError: (error) => logger.warn({ err: error }, 'database connection lost'),
      onWarning: (message) => logger.warn(message),
    }));
  const { database } = opened;
  const { uow } = database;
  const queue = new PgBossQueue({
    database,
    onError: (error) => logger.error({ err: error }, 'queue'),
    onJobError: (name, error) => logger.warn({ err: error, queue: name }, 'job failed'),
  });
  const ai = createAiGateway({ settings: config.ai, uow, logger });
  const auditKeys = {
    key: deriveKeys(secretKey).auditTrail,
    formerKeys: config.audit.formerSecretKeys.map((former) => deriveKeys(former).auditTrail),
  };
  const platform: Platform = {
    config,
    secretKey,
    database,
    queue,
    ai,
    logger,
    clock,
    ids: newId,
    storage: new LocalStorage(config.storage.folder),
    events: new QueuedEvents(queue),
    accessChanges: createAccessChanges(database),
    audit: createAuditTrail({ ...auditKeys, clock, ids: newId }),
    auditLog: createAuditLog({ ...auditKeys, uow }),
    mail: createMail({
      ...{ uow, queue, clock, ids: newId, logger, settings: config.mail },
      secrets: createSecretBox(deriveKeys(secretKey).storedSecrets),
    }),
    outbound: createOutbound(config.outbound),
    cache: config.redisUrl
      ? new RedisCache(config.redisUrl, (error) => logger.warn({ err: error }, 'redis'))
      : new MemoryCache(),
    search: createSearchPlatform({ database, embedding: ai.embedding(), logger }),
  };
  const modules = createModules(platform);
  const idempotency = createIdempotency({
    uow,
    ids: newId,
    onError: (error) => logger.warn({ err: error }, 'an answer to an Idempotency-Key was not kept'),
  });
  const rateLimits = config.http.rateLimit
    ? createRateLimits({
        quotas: config.rateQuotas,
        redisUrl: config.redisUrl,
        onAway: (error) => logger.warn({ err: error }, 'redis is away: each process limits rates by itself'),
      })
    : undefined;
  queue.schedule('http.idempotency_sweep', '41 * * * *', () => idempotency.sweep());
  const http = await createHttpServer({
    settings: config.http,
    logger,
    authenticator: modules.identity.authenticator,
    accessChanges: platform.accessChanges,
    operating: modules.operations.state,
    rateLimits,
    idempotency,
    surroundings: [
      healthRoutes({
        database,
        migrations: opened.migrations,
        storage: platform.storage,
        isAdminSecret:
          config.identity.adminSecret === undefined
            ? undefined
            : createSecretCheck(config.identity.adminSecret),
        maintenance: modules.operations.state.maintenance,
      }),
      modules.identity.signingKeys.published,
      apiReference,
      webConsole,
    ],
    routes: modules.routes,
  });
  let stopped: Promise<void> | undefined;
  let stopWatchingKeys: (() => Promise<void>) | undefined;
  return {
    platform,
    modules,
    http,
    migrations: opened.migrations,
    start: async ({ work }) => {
      if (work) await modules.library.recover();
      await platform.accessChanges.start();
      await modules.operations.state.start();
      stopWatchingKeys = await modules.identity.signingKeys.watch(database);
      await queue.start({ work });
    },
    stop: () => {
      stopped ??= stop();
      return stopped;
    },
  };

  async function stop(): Promise<void> {
    const end = Date.now() + config.shutdownSeconds * 1000;
    await closeWithin(http, Math.min(MAX_DRAIN_MS, config.shutdownSeconds * 400));
    await queue.stop(Math.max(1, (end - Date.now()) / 1000));
    await modules.library.close();
    await stopWatchingKeys?.();
    await modules.identity.close();
    await platform.search.close();
    await platform.cache.close();
    await rateLimits?.shared?.close();
    await platform.accessChanges.close();
    await modules.operations.state.close();
    await opened.close();
  }
}

/** Requests that are under way get some time to end; then their connections are cut, half-sent uploads among them. */
async function closeWithin(http: Http, milliseconds: number): Promise<void> {
  const cut = setTimeout(() => http.server.closeAllConnections(), milliseconds);
  await http.close();
  clearTimeout(cut);
}
