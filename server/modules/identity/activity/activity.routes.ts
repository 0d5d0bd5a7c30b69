import type { Routes } from '../../../platform/http/index.ts';
import { ActivityPage, ActivityQuery } from './activity.schemas.ts';
import type { ListActivity } from './activity.service.ts';

export function activityRoutes(list: ListActivity): Routes {
  return (http) => {
    http.get(
      '/auth/events',
      {
        config: { access: { minimum: 'guest', scope: null, withoutSecondFactor: true, whileClosed: true } },
        schema: {
          tags: ['auth'],
          summary: 'What happened to your account, newest first',
          querystring: ActivityQuery,
          response: { 200: ActivityPage },
        },
      },
      async (request, reply) => {
        reply.header('cache-control', 'no-store');
        return list(request.actor, request.query);
      },
    );
  };
}
