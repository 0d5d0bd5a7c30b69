import swagger from '@fastify/swagger';
import swaggerUi from '@fastify/swagger-ui';
import type { FastifySchema } from 'fastify';
import type { Access, Http } from '../platform/http/index.ts';
import { Problem } from '../platform/http/schemas.ts';

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
        schemas: { Problem },
        securitySchemes: {
          bearer: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' },
          cookie: {
            type: 'apiKey',
            in: 'cookie',
            name: '__Host-scriptorium_access',
            description: 'Without https: `scriptorium_access`',
          },
          apiKey: { type: 'http', scheme: 'bearer', bearerFormat: 'sk_…', description: 'An API key' },
          adminSecret: { type: 'apiKey', in: 'header', name: 'X-Admin-Secret' },
        },
      },
      security: [{ bearer: [] }, { cookie: [] }],
    },
    transform: ({ schema, url, route }) => ({ schema: withAccess(schema, route.config?.access), url }),
  });
  await http.register(swaggerUi, {
    routePrefix: '/docs',
    uiConfig: { deepLinking: true, persistAuthorization: false },
    staticCSP: true,
  });
  http.get('/api/v1/openapi.json', { schema: { hide: true } }, async () => http.swagger());
}

const REFUSAL = {
  description: 'What went wrong; the status says of what kind it is',
  content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
};

/** Says of an operation who may call it: in words, as security requirements, and as the data of `x-permission`. */
function withAccess(schema: FastifySchema, access: Access | undefined): FastifySchema {
  if (!access || schema.hide === true) return schema;
  const { security, sentence } = requirementOf(access);
  const description = schema.description === undefined ? sentence : `${schema.description}\n\n${sentence}`;
  const response = { ...(schema.response as object | undefined), default: REFUSAL };
  return { ...schema, description, security, response, 'x-permission': access } as FastifySchema;
}

function requirementOf(access: Access) {
  if ('public' in access) return { security: [], sentence: 'Nobody needs to sign in for it.' };
  if ('operator' in access) {
    return {
      security: [{ adminSecret: [] }, { bearer: [] }, { cookie: [] }],
      sentence: 'For operators of the instance.',
    };
  }
  const { minimum, scope } = access;
  const people = [{ bearer: [] }, { cookie: [] }];
  if (scope === null) return { security: people, sentence: `Needs the role ${minimum}. No API key may.` };
  const keys = scope === 'any' ? 'any API key may' : `an API key needs the scope \`${scope}\``;
  const security = [...people, { apiKey: scope === 'any' ? [] : [scope] }];
  return { security, sentence: `Needs the role ${minimum}; ${keys}.` };
}
