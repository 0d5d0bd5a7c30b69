import { Type } from 'typebox';
import type { Routes } from '../../../platform/http/index.ts';
import { IdParams } from '../../../platform/http/schemas.ts';
import { EndedSessions, SessionList } from './sessions.schemas.ts';
import type { OwnSessions } from './sessions.service.ts';

const OWN = {
  access: { minimum: 'guest', scope: null, withoutSecondFactor: true, whileClosed: true },
} as const;

export function sessionsRoutes(sessions: OwnSessions): Routes {
  return (http) => {
    http.get(
      '/auth/sessions',
      {
        config: OWN,
        schema: { tags: ['auth'], summary: 'Where you are signed in', response: { 200: SessionList } },
      },
      async (request, reply) => {
        reply.header('cache-control', 'no-store');
        return sessions.list(request.actor);
      },
    );

    http.delete(
      '/auth/sessions/:id',
      {
        config: OWN,
        schema: {
          tags: ['auth'],
          summary: 'End one of your sign-ins',
          params: IdParams,
          response: { 204: Type.Null() },
        },
      },
      async (request, reply) => {
        await sessions.end(request.actor, request.params.id);
        return reply.code(204).send(null);
      },
    );

    http.delete(
      '/auth/sessions',
      {
        config: OWN,
        schema: {
          tags: ['auth'],
          summary: 'End all your sign-ins but this one',
          response: { 200: EndedSessions },
        },
      },
      async (request) => ({ ended: await sessions.endOthers(request.actor) }),
    );
  };
}
