import type { FastifyRequest } from 'fastify';
import { collectDefaultMetrics, Histogram, Registry } from 'prom-client';
import { AppError } from '../kernel/errors.ts';
import { type Database, type Migration, missingMigrations } from '../platform/db/index.ts';
import type { Http } from '../platform/http/index.ts';
import type { OperatingState } from '../platform/operating/port.ts';
import type { Storage } from '../platform/storage/index.ts';

export interface HealthDependencies {
  readonly database: Database;
  readonly migrations: readonly Migration[];
  readonly storage: Storage;
  /** Undefined where operators have set no secret. */
  readonly isAdminSecret: ((given: string) => boolean) | undefined;
  /** Whether operators have closed the instance: it is healthy all the same. */
  readonly maintenance: OperatingState['maintenance'];
}

interface Check {
  readonly name: string;
  readonly ok: boolean;
  readonly message?: string;
}

/** `/health/live`, `/health/ready` for whoever watches over the process, `/metrics` for Prometheus. */
export function healthRoutes(dependencies: HealthDependencies): (http: Http) => void {
  return (http) => {
    http.get('/health/live', { schema: { hide: true } }, async () => ({ status: 'live' }));
    http.get('/health/ready', { schema: { hide: true } }, async (_request, reply) => {
      const checks = await readiness(dependencies);
      const ready = checks.every((check) => check.ok);
      return reply.code(ready ? 200 : 503).send({
        status: ready ? 'ready' : 'not ready',
        maintenance: dependencies.maintenance(),
        checks,
      });
    });
    metrics(http, dependencies.isAdminSecret);
  };
}

export function readiness({
  database,
  migrations,
  storage,
}: Pick<HealthDependencies, 'database' | 'migrations' | 'storage'>): Promise<Check[]> {
  return Promise.all([
    check('database', async () => {
      await database.admin.execute('select 1');
    }),
    check('migrations', async () => {
      const missing = await missingMigrations(database.admin, migrations);
      if (missing.length > 0) throw new Error(`missing: ${missing.join(', ')}. Run: scriptorium migrate`);
    }),
    check('queue', async () => {
      await database.admin.execute('select name from queue.queue limit 1');
    }),
    check('storage', () => storage.check()),
  ]);
}

async function check(name: string, run: () => Promise<void>): Promise<Check> {
  try {
    await run();
    return { name, ok: true };
  } catch (error) {
    // What is wrong, without addresses or credentials: anybody may read this page.
    const message =
      error instanceof Error ? error.message.replace(/\S+:\/\/\S+/g, '…').slice(0, 200) : 'failed';
    return { name, ok: false, message };
  }
}

function metrics(http: Http, isAdminSecret: HealthDependencies['isAdminSecret']): void {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const durations = new Histogram({
    name: 'http_request_duration_seconds',
    help: 'Time to answer, by route and status',
    labelNames: ['method', 'route', 'status'],
    buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10],
    registers: [registry],
  });
  http.addHook('onResponse', async (request, reply) => {
    const route = request.routeOptions.url ?? 'unmatched';
    durations.observe({ method: request.method, route, status: reply.statusCode }, reply.elapsedTime / 1000);
  });
  http.get('/metrics', { schema: { hide: true } }, async (request, reply) => {
    if (!mayReadMetrics(request, isAdminSecret)) {
      throw new AppError({
        kind: 'unauthenticated',
        code: 'identity.operator_required',
        safeMessage: 'Metrics are for operators: send X-Admin-Secret.',
      });
    }
    return reply.type(registry.contentType).send(await registry.metrics());
  });
}

/** With an operator secret set: whoever knows it. Without one: this machine itself, not through a proxy. */
function mayReadMetrics(
  request: FastifyRequest,
  isAdminSecret: HealthDependencies['isAdminSecret'],
): boolean {
  if (isAdminSecret === undefined) {
    return (
      /^(127\.|::1$|::ffff:127\.)/.test(request.socket.remoteAddress ?? '') &&
      request.headers['x-forwarded-for'] === undefined
    );
  }
  return isAdminSecret(String(request.headers['x-admin-secret'] ?? ''));
}
