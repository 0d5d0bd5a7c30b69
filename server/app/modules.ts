import about from '../../package.json' with { type: 'json' };
import { instanceActor } from '../kernel/actor.ts';
import type { Clock } from '../kernel/clock.ts';
import type { IdSource } from '../kernel/ids.ts';
import { createAskModule } from '../modules/ask/index.ts';
import { auditModule } from '../modules/audit/audit.module.ts';
import { identityModule } from '../modules/identity/identity.module.ts';
import { libraryModule } from '../modules/library/library.module.ts';
import { operationsModule } from '../modules/operations/operations.module.ts';
import { searchModule } from '../modules/search/search.module.ts';
import { tasksModule } from '../modules/tasks/tasks.module.ts';
import { type AiGateway, aiUsageData } from '../platform/ai/index.ts';
import { type AuditLog, type AuditTrail, auditData } from '../platform/audit/index.ts';
import type { AccessChangeFeed } from '../platform/auth/index.ts';
import type { Cache } from '../platform/cache/index.ts';
import { addressOf, type Config } from '../platform/config/index.ts';
import type { Database } from '../platform/db/index.ts';
import type { Events } from '../platform/events/index.ts';
import type { Logger } from '../platform/logging/index.ts';
import type { MailService } from '../platform/mail/index.ts';
import type { Outbound } from '../platform/outbound/index.ts';
import type { Queue } from '../platform/queue/index.ts';
import type { SearchPlatform } from '../platform/search/index.ts';
import type { Storage } from '../platform/storage/index.ts';

export interface Platform {
  readonly config: Config;
  readonly secretKey: string;
  readonly database: Database;
  readonly storage: Storage;
  readonly queue: Queue;
  readonly events: Events;
  readonly audit: AuditTrail;
  readonly auditLog: AuditLog;
  readonly accessChanges: AccessChangeFeed;
  readonly mail: MailService;
  readonly outbound: Outbound;
  readonly cache: Cache;
  readonly ai: AiGateway;
  readonly search: SearchPlatform;
  readonly logger: Logger;
  readonly clock: Clock;
  readonly ids: IdSource;
}

export type Modules = ReturnType<typeof createModules>;

/** The modules of the product, each from what it needs. A new domain is one line here. */
export function createModules(platform: Platform) {
  const {
    config,
    database,
    storage,
    queue,
    events,
    audit,
    accessChanges,
    outbound,
    cache,
    ai,
    search,
    logger,
    clock,
    ids,
  } = platform;
  const { uow } = database;
  const settings = {
    ...config.identity,
    secretKey: platform.secretKey,
    publicUrl: addressOf(config),
    issuer: config.http.publicUrl ?? 'scriptorium',
    secureCookies: config.http.secureCookies,
    rateLimit: config.http.rateLimit,
  };

  const tasks = tasksModule({
    uow,
    onError: (error) => logger.warn({ err: error }, 'looking for cancelled tasks failed'),
  });
  const identity = identityModule({
    ...{ uow, audit, accessChanges, cache, outbound, queue, settings, clock, ids, logger },
    ...{ mail: platform.mail, storage, tasks: tasks.api, auditLog: platform.auditLog },
    domains: () => [library.data, tasks.data, aiUsageData(uow), auditData(platform.auditLog)],
  });
  const library = libraryModule({
    settings: config.library,
    database,
    storage,
    keptFiles: identity.organizations.knownFiles,
    queue,
    events,
    audit,
    search: search.index,
    tasks: tasks.api,
    logger,
  });
  const searching = searchModule({ search, queue, tasks: tasks.api, uow, logger });
  const ask = createAskModule({
    search: search.index,
    ai,
    quoteSources: { source: { read: (actor, refs) => library.api.quote(actor, refs) } },
  });
  queue.schedule('identity.signing_keys', '29 3 * * *', () =>
    identity.signingKeys.service.sweep(instanceActor('identity.signing_keys')),
  );
  queue.schedule('mail.sweep', '23 3 * * *', () => platform.mail.sweep());
  const auditing = auditModule({
    ...{ uow, queue, clock, logger },
    log: platform.auditLog,
    trail: audit,
    retentionDays: config.audit.retentionDays,
  });
  const operations = operationsModule({
    ...{ database, audit, clock, logger, queue, storage },
    accounts: identity.operators.users,
    audits: auditing.api,
    registration: config.identity.registration !== 'closed',
    version: about.version,
  });
  queue.schedule('identity.sweep', '17 3 * * *', () => identity.api.sweep(instanceActor('identity.sweep')));
  queue.schedule('identity.federation_sweep', '31 3 * * *', () =>
    identity.federation.sweep(instanceActor('identity.federation_sweep')),
  );

  return {
    tasks,
    identity,
    library,
    search: searching,
    ask,
    audit: auditing,
    operations,
    routes: [
      ...identity.routes,
      tasks.routes,
      ...library.routes,
      searching.routes,
      ask.routes,
      auditing.routes,
      ...operations.routes,
    ],
  };
}
