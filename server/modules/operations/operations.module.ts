import type { Logger } from 'pino';
import type { Clock } from '../../kernel/clock.ts';
import type { AuditTrail } from '../../platform/audit/index.ts';
import type { Database } from '../../platform/db/index.ts';
import type { Routes } from '../../platform/http/index.ts';
import type { CachedOperatingState, Operations } from './index.ts';
import { createOverview, type OverviewDependencies } from './operations.overview.ts';
import { operationsRoutes } from './operations.routes.ts';
import { createOperations } from './operations.service.ts';
import { createOperatingState } from './operations.state.ts';

export interface OperationsDependencies extends Omit<OverviewDependencies, 'database' | 'state'> {
  readonly database: Pick<Database, 'kind' | 'uow' | 'listen'>;
  readonly audit: AuditTrail;
  readonly clock: Clock;
  readonly logger: Pick<Logger, 'warn'>;
  /** Whether the settings let people make accounts for themselves. */
  readonly registration: boolean;
}

export interface OperationsModule {
  readonly api: Operations;
  /** For the HTTP server's gate. `start` it before requests come, `close` it before the database. */
  readonly state: CachedOperatingState;
  readonly routes: readonly Routes[];
}

/** What operators open and close, and how the instance is doing. */
export function operationsModule(dependencies: OperationsDependencies): OperationsModule {
  const { database, audit, clock, logger } = dependencies;
  const state = createOperatingState({
    database,
    onError: (error) => logger.warn({ err: error }, 'what operators have closed was not read again'),
  });
  const api = createOperations({ uow: database.uow, audit, state, clock });
  const overview = createOverview({ ...dependencies, state });
  return {
    api,
    state,
    routes: operationsRoutes({ operations: api, registration: dependencies.registration, overview }),
  };
}
