import type { Logger } from 'pino';
import { instanceActor } from '../../kernel/actor.ts';
import type { Clock } from '../../kernel/clock.ts';
import type { AuditLog, AuditTrail } from '../../platform/audit/index.ts';
import type { UnitOfWork } from '../../platform/db/index.ts';
import type { Routes } from '../../platform/http/index.ts';
import type { Queue } from '../../platform/queue/index.ts';
import { auditRoutes } from './audit.routes.ts';
import { createSelfCheck } from './audit.self-check.ts';
import { createAuditService } from './audit.service.ts';
import type { AuditApi } from './index.ts';

export interface AuditModuleDependencies {
  readonly uow: UnitOfWork;
  readonly log: AuditLog;
  readonly trail: AuditTrail;
  readonly queue: Queue;
  readonly clock: Clock;
  readonly logger: Pick<Logger, 'info' | 'error'>;
  /** 0: for ever. */
  readonly retentionDays: number;
}

export interface AuditModule {
  readonly api: AuditApi;
  readonly routes: Routes;
}

/** Reading, exporting, verifying and forgetting what was recorded. */
export function auditModule(dependencies: AuditModuleDependencies): AuditModule {
  const service = createAuditService(dependencies);
  const checking = createSelfCheck({ ...dependencies, verifyAll: service.verifyAll });
  dependencies.queue.schedule('audit.sweep', '37 3 * * *', async (signal) => {
    await service.sweep(instanceActor('audit.sweep'), signal);
  });
  dependencies.queue.schedule('audit.self_check', '7 4 * * *', (signal) =>
    checking.selfCheck(instanceActor('audit.self_check'), signal),
  );
  return { api: { ...service, ...checking }, routes: auditRoutes(service) };
}
