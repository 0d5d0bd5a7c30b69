import type { UnitOfWork } from '../../platform/db/index.ts';
import type { Routes } from '../../platform/http/index.ts';
import type { TenantData } from '../../platform/tenant-data/index.ts';
import type { TasksApi } from './index.ts';
import { tasksData } from './tasks.data.ts';
import { tasksRoutes } from './tasks.routes.ts';
import { TasksService } from './tasks.service.ts';

export function tasksModule(dependencies: {
  readonly uow: UnitOfWork;
  readonly onError: (error: unknown) => void;
}): {
  readonly api: TasksApi;
  readonly data: TenantData;
  readonly routes: Routes;
} {
  const service = new TasksService(dependencies.uow, dependencies.onError);
  return { api: service, data: tasksData(dependencies.uow), routes: tasksRoutes(service) };
}
