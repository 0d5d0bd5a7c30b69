import type { Routes } from '../../../platform/http/index.ts';
import { IdParams } from '../../../platform/http/schemas.ts';
import { SsoPatch, SsoView } from './sso.schemas.ts';
import type { SsoService } from './sso.service.ts';

const administering = {
  config: { access: { minimum: 'admin', scope: null, organization: 'path' } },
} as const;
const operating = { config: { access: { operator: true } } } as const;

export function ssoRoutes(sso: SsoService): Routes {
  return (http) => {
    http.get(
      '/organizations/:id/sso',
      {
        ...administering,
        schema: {
          tags: ['organizations'],
          summary: 'Identity providers that lead to the organization',
          params: IdParams,
          response: { 200: SsoView },
        },
      },
      async (request) => sso.get(request.actor, request.params.id),
    );
    http.patch(
      '/organizations/:id/sso',
      {
        ...administering,
        schema: {
          tags: ['organizations'],
          summary: 'Let members in through the identity providers only, or in every way',
          params: IdParams,
          body: SsoPatch,
          response: { 200: SsoView },
        },
      },
      async (request) => sso.change(request.actor, request.params.id, request.body.ssoOnly),
    );
    http.get(
      '/operator/organizations/:id/sso',
      {
        ...operating,
        schema: {
          tags: ['operator'],
          summary: 'Identity providers that lead to an organization',
          params: IdParams,
          response: { 200: SsoView },
        },
      },
      async (request) => sso.getAsOperator(request.actor, request.params.id),
    );
    http.patch(
      '/operator/organizations/:id/sso',
      {
        ...operating,
        schema: {
          tags: ['operator'],
          summary: 'The same for an organization that nobody can reach any more',
          params: IdParams,
          body: SsoPatch,
          response: { 200: SsoView },
        },
      },
      async (request) => sso.changeAsOperator(request.actor, request.params.id, request.body.ssoOnly),
    );
  };
}
