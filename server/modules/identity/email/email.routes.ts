import { Type } from 'typebox';
import type { Routes } from '../../../platform/http/index.ts';
import { IdParams } from '../../../platform/http/schemas.ts';
import { originOf } from '../identity.signed-in.routes.ts';
import { Accepted, ConfirmEmailBody, OutboxMessageView, OutboxPage, OutboxQuery } from './email.schemas.ts';
import type { EmailVerification } from './email.service.ts';
import type { OperatedMail } from './outbox.service.ts';

export interface EmailRoutesOptions {
  readonly verification: EmailVerification;
  readonly mail: OperatedMail;
}

export function emailRoutes({ verification, mail }: EmailRoutesOptions): Routes {
  return (http) => {
    http.post(
      '/auth/email-verification',
      {
        config: { access: { minimum: 'guest', scope: null, withoutSecondFactor: true, whileClosed: true } },
        schema: {
          tags: ['auth'],
          summary: 'Send the link that confirms the address again',
          description: 'The same answer where the address is confirmed.',
          response: { 202: Accepted },
        },
      },
      async (request, reply) => {
        await verification.resend(request.actor, originOf(request));
        return reply.code(202).send({ status: 'accepted' as const });
      },
    );

    http.post(
      '/auth/email-verification/confirm',
      {
        config: { access: { minimum: 'guest', scope: null, withoutSecondFactor: true, whileClosed: true } },
        schema: {
          tags: ['auth'],
          summary: 'Confirm an address by the token of a link',
          description:
            'Signed in to the account that the link is for. Also how a new address comes into force.',
          body: ConfirmEmailBody,
          response: { 204: Type.Null() },
        },
      },
      async (request, reply) => {
        await verification.confirm(request.actor, request.body.token);
        return reply.code(204).send(null);
      },
    );

    http.get(
      '/operator/mail',
      {
        config: { access: { operator: true } },
        schema: {
          tags: ['operators'],
          summary: 'List mail, newest first',
          querystring: OutboxQuery,
          response: { 200: OutboxPage },
        },
      },
      async (request) => {
        const { limit = 20, cursor, state } = request.query;
        return mail.list(request.actor, { limit, cursor }, state);
      },
    );

    http.get(
      '/operator/mail/:id',
      {
        config: { access: { operator: true } },
        schema: {
          tags: ['operators'],
          summary: 'Read a message, to pass it on by hand',
          description: 'Its links let people in: that it was read is recorded.',
          params: IdParams,
          response: { 200: OutboxMessageView },
        },
      },
      async (request, reply) => {
        reply.header('cache-control', 'no-store');
        return mail.read(request.actor, request.params.id);
      },
    );

    http.post(
      '/operator/mail/:id/send',
      {
        config: { access: { operator: true }, secretAnswer: true },
        schema: {
          tags: ['operators'],
          summary: 'Send a message that is held or was given up',
          params: IdParams,
          response: { 202: OutboxMessageView },
        },
      },
      async (request, reply) => reply.code(202).send(await mail.resend(request.actor, request.params.id)),
    );
  };
}
