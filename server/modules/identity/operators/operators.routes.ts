import { Type } from 'typebox';
import type { Routes } from '../../../platform/http/index.ts';
import { IdParams } from '../../../platform/http/schemas.ts';
import type { IdentityApi } from '../index.ts';
import type { OperatedOrganizations } from './operators.organizations.ts';
import {
  OperatedOrganization,
  OperatedOrganizationPage,
  OperatedUser,
  OperatedUserDetails,
  OperatedUserPage,
  OperatorSignInLink,
  OrganizationListQuery,
  SuspendBody,
  UserChange,
  UserListQuery,
} from './operators.schemas.ts';
import type { OperatedUsers } from './operators.users.ts';

const tags = ['operator'];
const config = { access: { operator: true } } as const;

export interface OperatorsRoutesOptions {
  readonly users: OperatedUsers;
  readonly organizations: OperatedOrganizations;
  readonly accounts: Pick<IdentityApi, 'createSignInLink'>;
}

export function operatorsRoutes({ users, organizations, accounts }: OperatorsRoutesOptions): Routes {
  return (http) => {
    http.get(
      '/operator/users',
      {
        config,
        schema: {
          tags,
          summary: 'List everybody, oldest account first',
          querystring: UserListQuery,
          response: { 200: OperatedUserPage },
        },
      },
      (request) => users.list(request.actor, request.query),
    );
    http.get(
      '/operator/users/:id',
      {
        config,
        schema: {
          tags,
          summary: 'Read an account',
          params: IdParams,
          response: { 200: OperatedUserDetails },
        },
      },
      (request) => users.get(request.actor, request.params.id),
    );
    http.patch(
      '/operator/users/:id',
      {
        config,
        schema: {
          tags,
          summary: 'Disable or enable an account, or mark it as operator',
          params: IdParams,
          body: UserChange,
          response: { 200: OperatedUser },
        },
      },
      (request) => users.change(request.actor, request.params.id, request.body),
    );
    http.post(
      '/operator/users/:id/sign-in-link',
      {
        config: { ...config, secretAnswer: true },
        schema: {
          tags,
          summary: 'Make a link that signs the person in once, within 24 hours',
          params: IdParams,
          response: { 201: OperatorSignInLink },
        },
      },
      async (request, reply) => {
        const { email } = await users.get(request.actor, request.params.id);
        const link = await accounts.createSignInLink(request.actor, email);
        return reply.code(201).header('cache-control', 'no-store').send(link);
      },
    );
    http.delete(
      '/operator/users/:id',
      {
        config,
        schema: { tags, summary: 'Delete an account', params: IdParams, response: { 204: Type.Null() } },
      },
      async (request, reply) => {
        await users.remove(request.actor, request.params.id);
        return reply.code(204).send(null);
      },
    );
    http.get(
      '/operator/organizations',
      {
        config,
        schema: {
          tags,
          summary: 'List all organizations, oldest first',
          querystring: OrganizationListQuery,
          response: { 200: OperatedOrganizationPage },
        },
      },
      (request) => organizations.list(request.actor, request.query),
    );
    http.get(
      '/operator/organizations/:id',
      {
        config,
        schema: {
          tags,
          summary: 'Read an organization',
          params: IdParams,
          response: { 200: OperatedOrganization },
        },
      },
      (request) => organizations.get(request.actor, request.params.id),
    );
    http.post(
      '/operator/organizations/:id/suspend',
      {
        config,
        schema: {
          tags,
          summary: 'Shut everybody out of an organization',
          params: IdParams,
          body: SuspendBody,
          response: { 200: OperatedOrganization },
        },
      },
      (request) => organizations.suspend(request.actor, request.params.id, request.body.reason),
    );
    http.post(
      '/operator/organizations/:id/unsuspend',
      {
        config,
        schema: {
          tags,
          summary: 'Open a suspended organization again',
          params: IdParams,
          response: { 200: OperatedOrganization },
        },
      },
      (request) => organizations.unsuspend(request.actor, request.params.id),
    );
  };
}
