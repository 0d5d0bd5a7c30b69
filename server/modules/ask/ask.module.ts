import type { Routes } from '../../platform/http/index.ts';
import { askRoutes } from './ask.routes.ts';
import { type AskApi, type AskDependencies, createAskService } from './ask.service.ts';

export interface AskModule {
  readonly api: AskApi;
  readonly routes: Routes;
}

export function createAskModule(deps: AskDependencies): AskModule {
  const api = createAskService(deps);
  return { api, routes: askRoutes(api) };
}
