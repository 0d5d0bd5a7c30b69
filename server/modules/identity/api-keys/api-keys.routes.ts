import { Type } from 'typebox';
import type { Routes } from '../../../platform/http/index.ts';
import { IdParams } from '../../../platform/http/schemas.ts';
import {
  ApiKeyListQuery,
  ApiKeyPage,
  ApiKeyView,
  CreatedApiKey,
  CurrentApiKey,
  NewApiKeyBody,
} from './api-keys.schemas.ts';
import type { ApiKeys } from './api-keys.service.ts';

const tags = ['api-keys'];
/** Without a scope: no key makes or finds out about keys. */
const access = { minimum: 'regular', scope: null } as const;

export function apiKeysRoutes(keys: ApiKeys): Routes {
  return (http) => {
    http.get(
      '/api-keys',
      {
        config: { access },
        schema: {
          tags,
          summary: 'List API keys, newest first',
          querystring: ApiKeyListQuery,
          response: { 200: ApiKeyPage },
        },
      },
      async (request) => keys.list(request.actor, request.query),
    );
    http.post(
      '/api-keys',
      {
        config: { access, feature: 'apiKeys', secretAnswer: true },
        schema: { tags, summary: 'Make an API key', body: NewApiKeyBody, response: { 201: CreatedApiKey } },
      },
      async (request, reply) => {
        const created = await keys.create(request.actor, request.body);
        reply.header('cache-control', 'no-store').header('location', `/api/v1/api-keys/${created.id}`);
        return reply.code(201).send(created);
      },
    );
    http.get(
      '/api-keys/current',
      {
        config: { access: { minimum: 'guest', scope: 'any' } },
        schema: {
          tags,
          summary: 'The API key that asks, and where it belongs',
          response: { 200: CurrentApiKey },
        },
      },
      async (request) => keys.current(request.actor),
    );
    http.get(
      '/api-keys/:id',
      {
        config: { access },
        schema: { tags, summary: 'Read an API key', params: IdParams, response: { 200: ApiKeyView } },
      },
      async (request) => keys.get(request.actor, request.params.id),
    );
    http.delete(
      '/api-keys/:id',
      {
        config: { access },
        schema: { tags, summary: 'Revoke an API key', params: IdParams, response: { 204: Type.Null() } },
      },
      async (request, reply) => {
        await keys.revoke(request.actor, request.params.id);
        return reply.code(204).send(null);
      },
    );
  };
}
