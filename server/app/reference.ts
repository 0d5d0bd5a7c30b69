import swagger from '@fastify/swagger';
import swaggerUi from '@fastify/swagger-ui';
import type { Http } from '../platform/http/index.ts';

/** The OpenAPI 3.1 document that the routes' own schemas make, and a page to read it. */
export async function apiReference(http: Http): Promise<void> {
  await http.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Scriptorium',
        version: '1',
        description:
          'A self-hosted workshop for documents and AI. Errors are RFC 9457 problem details; lists are keyset pages. A POST that carries an `Idempotency-Key` (1 to 255 printable ASCII characters) is carried out once in 24 hours: sent again, it gets the first answer with `Idempotency-Replayed: true`, 409 with `Retry-After` while the first one runs, or 422 where query or body differ (of multipart bodies, `Content-Length` and `Content-Digest` are compared).',
        license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
      },
      servers: [{ url: '/' }],
      components: {
        securitySchemes: {
          bearer: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' },
          cookie: { type: 'apiKey', in: 'cookie', name: 'scriptorium_access' },
        },
      },
      security: [{ bearer: [] }, { cookie: [] }],
    },
  });
  await http.register(swaggerUi, {
    routePrefix: '/docs',
    uiConfig: { deepLinking: true, persistAuthorization: false },
    staticCSP: true,
  });
  http.get('/api/v1/openapi.json', { schema: { hide: true } }, async () => http.swagger());
}
