import type { FastifyRequest } from 'fastify';
import { Type } from 'typebox';
import { parseJson, type Routes } from '../../../platform/http/index.ts';
import { ProviderParams } from './sign-in.schemas.ts';
import type { Webhooks } from './webhooks.service.ts';

/** Bytes; the specification recommends less than 20 kB. */
const BODY_LIMIT = 256_000;

export function webhooksRoutes(webhooks: Webhooks): Routes {
  return (http) => {
    // A room of its own: here bodies stay the bytes that were signed.
    http.register(async (raw) => {
      raw.removeAllContentTypeParsers();
      raw.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
      raw.post(
        '/auth/webhooks/:provider',
        {
          config: { access: { public: 'the message’s signature says who sent it' } },
          bodyLimit: BODY_LIMIT,
          schema: {
            tags: ['auth'],
            summary: 'Hear from an identity provider that a person was created, updated or deleted',
            description:
              'Standard Webhooks (webhook-id, webhook-timestamp, webhook-signature; or with svix- names), or Auth0 Event Streams with a bearer token.',
            params: ProviderParams,
            response: { 204: Type.Null() },
          },
        },
        async (request, reply) => {
          const { provider } = request.params as { readonly provider: string };
          const body = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
          await webhooks.receive(request.actor, provider, {
            headers: {
              id: header(request, 'webhook-id') ?? header(request, 'svix-id'),
              timestamp: header(request, 'webhook-timestamp') ?? header(request, 'svix-timestamp'),
              signature: header(request, 'webhook-signature') ?? header(request, 'svix-signature'),
              authorization: request.headers.authorization,
            },
            body,
            parse: parseJson,
          });
          return reply.code(204).send(null);
        },
      );
    });
  };
}

function header(request: FastifyRequest, name: string): string | undefined {
  const value = request.headers[name];
  return Array.isArray(value) ? undefined : value;
}
