import { Type } from 'typebox';
import { expectedVersion, type Routes } from '../../../platform/http/index.ts';
import { IdParams, PageQuery } from '../../../platform/http/schemas.ts';
import { ProviderBody, ProviderPage, ProviderPatch, ProviderView } from './providers.schemas.ts';
import type { ProvidersService } from './providers.service.ts';

const tags = ['operator'];
const operating = { config: { access: { operator: true } } } as const;
const List = Type.Object(PageQuery, { additionalProperties: false });

export function providersRoutes(providers: ProvidersService): Routes {
  return (http) => {
    http.get(
      '/operator/identity-providers',
      {
        ...operating,
        schema: {
          tags,
          summary: 'List identity providers, oldest first',
          querystring: List,
          response: { 200: ProviderPage },
        },
      },
      async (request) => {
        const { limit = 20, cursor } = request.query;
        return providers.list(request.actor, { limit, cursor });
      },
    );
    http.post(
      '/operator/identity-providers',
      {
        ...operating,
        schema: {
          tags,
          summary: 'Trust an identity provider',
          body: ProviderBody,
          response: { 201: ProviderView },
        },
      },
      async (request, reply) => {
        const made = await providers.create(request.actor, request.body);
        return reply
          .code(201)
          .header('location', `/api/v1/operator/identity-providers/${made.id}`)
          .header('etag', `"${made.version}"`)
          .send(made);
      },
    );
    http.get(
      '/operator/identity-providers/:id',
      {
        ...operating,
        schema: {
          tags,
          summary: 'Read an identity provider',
          params: IdParams,
          response: { 200: ProviderView },
        },
      },
      async (request, reply) => {
        const provider = await providers.get(request.actor, request.params.id);
        return reply.header('etag', `"${provider.version}"`).send(provider);
      },
    );
    http.patch(
      '/operator/identity-providers/:id',
      {
        ...operating,
        schema: {
          tags,
          summary: 'Change an identity provider (If-Match: "<version>")',
          params: IdParams,
          body: ProviderPatch,
          response: { 200: ProviderView },
        },
      },
      async (request, reply) => {
        const version = expectedVersion(request.headers['if-match']);
        const changed = await providers.change(request.actor, request.params.id, version, request.body);
        return reply.header('etag', `"${changed.version}"`).send(changed);
      },
    );
    http.delete(
      '/operator/identity-providers/:id',
      {
        ...operating,
        schema: {
          tags,
          summary: 'Trust an identity provider no more: its sign-ins end, accounts stay',
          params: IdParams,
          response: { 204: Type.Null() },
        },
      },
      async (request, reply) => {
        await providers.remove(request.actor, request.params.id);
        return reply.code(204).send(null);
      },
    );
  };
}
