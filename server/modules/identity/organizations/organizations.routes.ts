import { expectedVersion, type Routes } from '../../../platform/http/index.ts';
import { IdParams } from '../../../platform/http/schemas.ts';
import { OrganizationView, SignedIn } from '../identity.schemas.ts';
import type { SignedInAnswers } from '../identity.signed-in.routes.ts';
import type { EnterOrganization } from './organizations.entering.ts';
import {
  EnterBody,
  NewOrganizationBody,
  OrganizationPage,
  OrganizationPatch,
  UsageView,
} from './organizations.schemas.ts';
import type { Organizations } from './organizations.service.ts';

const tags = ['organizations'];
const admins = { minimum: 'admin', scope: null, organization: 'path' } as const;

export function organizationsRoutes(
  organizations: Organizations,
  enter: EnterOrganization,
  answers: SignedInAnswers,
): Routes {
  return (http) => {
    http.get(
      '/organizations',
      {
        config: { access: { minimum: 'guest', scope: 'organization:read', whileClosed: true } },
        schema: {
          tags,
          summary: 'List the organizations that the caller belongs to',
          response: { 200: OrganizationPage },
        },
      },
      async (request) => ({ items: await organizations.list(request.actor), nextCursor: null }),
    );
    http.post(
      '/organizations',
      {
        config: { access: { minimum: 'guest', scope: null, whileClosed: true } },
        schema: {
          tags,
          summary: 'Make an organization, and be its admin',
          body: NewOrganizationBody,
          response: { 201: OrganizationView },
        },
      },
      async (request, reply) => {
        const created = await organizations.create(request.actor, request.body);
        return reply.code(201).header('location', `/api/v1/organizations/${created.id}`).send(created);
      },
    );
    http.post(
      '/auth/organization',
      {
        config: {
          access: { minimum: 'guest', scope: null, whileClosed: true, withoutSecondFactor: true },
          secretAnswer: true,
        },
        schema: {
          tags: ['auth'],
          summary: 'Work in another of one’s organizations from now on',
          body: EnterBody,
          response: { 200: SignedIn },
        },
      },
      async (request, reply) => {
        const grant = await enter(request.actor, request.body.organizationId);
        const transport = request.headers.authorization === undefined ? 'cookie' : 'body';
        return answers.renew(reply, grant, transport);
      },
    );
    http.get(
      '/organizations/:id',
      {
        config: {
          access: { minimum: 'guest', scope: 'organization:read', organization: 'path', whileClosed: true },
        },
        schema: {
          tags,
          summary: 'Read an organization',
          params: IdParams,
          response: { 200: OrganizationView },
        },
      },
      async (request) => organizations.get(request.actor),
    );
    http.patch(
      '/organizations/:id',
      {
        config: { access: admins },
        schema: {
          tags,
          summary: 'Change an organization (If-Match: "<version>")',
          params: IdParams,
          body: OrganizationPatch,
          response: { 200: OrganizationView },
        },
      },
      async (request) =>
        organizations.update(request.actor, expectedVersion(request.headers['if-match']), request.body),
    );
    http.delete(
      '/organizations/:id',
      {
        config: { access: { ...admins, whileClosed: true } },
        schema: {
          tags,
          summary: 'Close an organization; it is deleted after a time of grace',
          params: IdParams,
          response: { 200: OrganizationView },
        },
      },
      async (request) => organizations.close(request.actor),
    );
    http.post(
      '/organizations/:id/restore',
      {
        config: { access: { ...admins, whileClosed: true } },
        schema: {
          tags,
          summary: 'Open a closed organization again',
          params: IdParams,
          response: { 200: OrganizationView },
        },
      },
      async (request) => organizations.restore(request.actor),
    );
    http.get(
      '/organizations/:id/usage',
      {
        config: { access: { minimum: 'admin', scope: 'organization:read', organization: 'path' } },
        schema: {
          tags,
          summary: 'What an organization uses',
          params: IdParams,
          response: { 200: UsageView },
        },
      },
      async (request) => organizations.usage(request.actor),
    );
  };
}
