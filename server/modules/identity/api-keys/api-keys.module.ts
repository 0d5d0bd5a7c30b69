import type { Logger } from 'pino';
import type { Routes } from '../../../platform/http/index.ts';
import { apiKeysRoutes } from './api-keys.routes.ts';
import { type ApiKeysDependencies, createApiKeys } from './api-keys.service.ts';
import { createKeyUsage, type KeyUsage } from './api-keys.usage.ts';

export interface ApiKeysRoom {
  readonly routes: Routes;
  readonly usage: KeyUsage;
}

export function apiKeysRoom(
  dependencies: ApiKeysDependencies & { readonly logger: Pick<Logger, 'warn'> },
): ApiKeysRoom {
  const { uow, clock, logger } = dependencies;
  return {
    routes: apiKeysRoutes(createApiKeys(dependencies)),
    usage: createKeyUsage({
      ...{ uow, clock },
      onError: (error) => logger.warn({ err: error }, 'when API keys were last used was not written'),
    }),
  };
}
