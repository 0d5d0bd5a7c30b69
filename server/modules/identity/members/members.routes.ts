import { Type } from 'typebox';
import type { Routes } from '../../../platform/http/index.ts';
import { IdParams } from '../../../platform/http/schemas.ts';
import { MemberListQuery, MemberPage, MemberParams, MemberPatch, MemberView } from './members.schemas.ts';
import type { Members } from './members.service.ts';

const tags = ['organizations'];

export function membersRoutes(members: Members): Routes {
  return (http) => {
    http.get(
      '/organizations/:id/members',
      {
        config: { access: { minimum: 'regular', scope: 'organization:read', organization: 'path' } },
        schema: {
          tags,
          summary: 'List or find members, whoever has belonged longest first',
          params: IdParams,
          querystring: MemberListQuery,
          response: { 200: MemberPage },
        },
      },
      async (request) => members.list(request.actor, request.query),
    );
    http.patch(
      '/organizations/:id/members/:userId',
      {
        config: { access: { minimum: 'admin', scope: null, organization: 'path' } },
        schema: {
          tags,
          summary: 'Change the role of a member',
          params: MemberParams,
          body: MemberPatch,
          response: { 200: MemberView },
        },
      },
      async (request) => members.changeRole(request.actor, request.params.userId, request.body.role),
    );
    http.delete(
      '/organizations/:id/members/:userId',
      {
        config: { access: { minimum: 'guest', scope: null, organization: 'path' } },
        schema: {
          tags,
          summary: 'Remove a member, or leave',
          params: MemberParams,
          response: { 204: Type.Null() },
        },
      },
      async (request, reply) => {
        await members.remove(request.actor, request.params.userId);
        return reply.code(204).send(null);
      },
    );
  };
}
