import { Type } from 'typebox';
import type { Routes } from '../../../platform/http/index.ts';
import { IdParams } from '../../../platform/http/schemas.ts';
import { TransportQuery } from '../identity.schemas.ts';
import { originOf, type SignedInAnswers } from '../identity.signed-in.routes.ts';
import type { InvitationAcceptance } from './invitations.acceptance.ts';
import {
  AcceptAnswers,
  AcceptBody,
  CreatedInvitation,
  InvitationListQuery,
  InvitationPage,
  InvitationPreview,
  InvitationView,
  LookupBody,
  NewInvitationBody,
} from './invitations.schemas.ts';
import type { Invitations } from './invitations.service.ts';

const tags = ['invitations'];
const admins = { minimum: 'admin', scope: null } as const;

export function invitationsRoutes(
  invitations: Invitations,
  acceptance: InvitationAcceptance,
  answers: SignedInAnswers,
): Routes {
  return (http) => {
    http.get(
      '/invitations',
      {
        config: { access: admins },
        schema: {
          tags,
          summary: 'List invitations, newest first',
          querystring: InvitationListQuery,
          response: { 200: InvitationPage },
        },
      },
      async (request) => invitations.list(request.actor, request.query),
    );
    http.post(
      '/invitations',
      {
        config: { access: admins, feature: 'invitations', secretAnswer: true },
        schema: {
          tags,
          summary: 'Invite somebody by e-mail, or make a link',
          body: NewInvitationBody,
          response: { 201: CreatedInvitation },
        },
      },
      async (request, reply) => {
        const created = await invitations.create(request.actor, request.body);
        return reply.code(201).header('cache-control', 'no-store').send(created);
      },
    );
    http.delete(
      '/invitations/:id',
      {
        config: { access: admins },
        schema: { tags, summary: 'Revoke an invitation', params: IdParams, response: { 204: Type.Null() } },
      },
      async (request, reply) => {
        await invitations.revoke(request.actor, request.params.id);
        return reply.code(204).send(null);
      },
    );
    http.post(
      '/invitations/:id/resend',
      {
        config: { access: admins, feature: 'invitations' },
        schema: {
          tags,
          summary: 'Send an invitation again, with a new link',
          params: IdParams,
          response: { 200: InvitationView },
        },
      },
      async (request) => invitations.resend(request.actor, request.params.id),
    );
    http.post(
      '/invitations/lookup',
      {
        config: { access: { public: 'whoever holds the token may know what it is for' } },
        schema: {
          tags,
          summary: 'What an invitation is for',
          body: LookupBody,
          response: { 200: InvitationPreview },
        },
      },
      async (request, reply) => {
        reply.header('cache-control', 'no-store');
        return acceptance.lookup(request.actor, originOf(request), request.body.token);
      },
    );
    http.post(
      '/invitations/accept',
      {
        config: { access: { public: 'people without an account accept too', identified: true } },
        schema: {
          tags,
          summary: 'Accept an invitation: as who is signed in, or as a new account',
          body: AcceptBody,
          querystring: TransportQuery,
          response: AcceptAnswers,
        },
      },
      async (request, reply) => {
        reply.header('cache-control', 'no-store');
        const accepted = await acceptance.accept(request.actor, originOf(request), request.body);
        switch (accepted.kind) {
          case 'joined':
            return accepted.joined;
          case 'registered':
            return reply.code(201).send(answers.answer(reply, accepted.grant, request.query.transport));
          case 'confirmation':
            return reply.code(202).send({ confirmation: 'mail' });
        }
      },
    );
  };
}
