import { Type } from 'typebox';
import type { Routes } from '../../../platform/http/index.ts';
import { Accepted } from '../email/email.schemas.ts';
import { originOf } from '../identity.signed-in.routes.ts';
import { ChangePasswordBody, ConfirmResetBody, ResetPasswordBody } from './passwords.schemas.ts';
import type { Passwords } from './passwords.service.ts';

export function passwordsRoutes(passwords: Passwords): Routes {
  return (http) => {
    http.post(
      '/auth/password',
      {
        config: { access: { minimum: 'guest', scope: null, withoutSecondFactor: true, whileClosed: true } },
        schema: {
          tags: ['auth'],
          summary: 'Change your password',
          description: 'Ends all other sign-ins.',
          body: ChangePasswordBody,
          response: { 204: Type.Null() },
        },
      },
      async (request, reply) => {
        await passwords.change(request.actor, originOf(request), request.body);
        return reply.code(204).send(null);
      },
    );

    http.post(
      '/auth/password-reset',
      {
        config: { access: { public: 'people who cannot sign in ask for a link' } },
        schema: {
          tags: ['auth'],
          summary: 'Send a link to set a new password',
          description: 'The same answer, after the same work, whether or not the address has an account.',
          body: ResetPasswordBody,
          response: { 202: Accepted },
        },
      },
      async (request, reply) => {
        await passwords.requestReset(request.actor, originOf(request), request.body.email);
        return reply.code(202).send({ status: 'accepted' as const });
      },
    );

    http.post(
      '/auth/password-reset/confirm',
      {
        config: { access: { public: 'the token says who it is' } },
        schema: {
          tags: ['auth'],
          summary: 'Set a new password by the token of a link',
          description: 'Ends all sign-ins. A second factor stays.',
          body: ConfirmResetBody,
          response: { 204: Type.Null() },
        },
      },
      async (request, reply) => {
        await passwords.confirmReset(request.actor, originOf(request), request.body);
        return reply.code(204).send(null);
      },
    );
  };
}
