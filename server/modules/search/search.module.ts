import type { UnitOfWork } from '../../platform/db/index.ts';
import type { Routes } from '../../platform/http/index.ts';
import type { Logger } from '../../platform/logging/index.ts';
import type { Queue } from '../../platform/queue/index.ts';
import type { SearchPlatform } from '../../platform/search/index.ts';
import type { TasksApi } from '../tasks/index.ts';
import { searchJobs } from './search.jobs.ts';
import { searchRoutes } from './search.routes.ts';
import { SearchService } from './search.service.ts';

export interface SearchModuleOptions {
  readonly search: SearchPlatform;
  readonly queue: Queue;
  readonly tasks: TasksApi;
  readonly uow: UnitOfWork;
  readonly logger: Logger;
}

export function searchModule(options: SearchModuleOptions): { readonly routes: Routes } {
  searchJobs(options);
  return { routes: searchRoutes(new SearchService(options.search)) };
}
