import type { Routes } from '../../../platform/http/index.ts';
import { RegisterBody, SignedIn, TransportQuery } from '../identity.schemas.ts';
import { originOf, type SignedInAnswers } from '../identity.signed-in.routes.ts';
import { ConfirmationSent, ConfirmRegistrationBody } from './registration.schemas.ts';
import type { Registration } from './registration.service.ts';

export interface RegistrationRoutesOptions {
  readonly registration: Registration;
  readonly answers: SignedInAnswers;
}

export function registrationRoutes({ registration, answers }: RegistrationRoutesOptions): Routes {
  return (http) => {
    http.post(
      '/auth/register',
      {
        config: {
          access: { public: 'people without an account make one' },
          feature: 'registration',
          secretAnswer: true,
        },
        schema: {
          tags: ['auth'],
          summary: 'Make an account and an organization',
          body: RegisterBody,
          querystring: TransportQuery,
          response: { 201: SignedIn, 202: ConfirmationSent },
        },
      },
      async (request, reply) => {
        const grant = await registration.register(request.actor, originOf(request), request.body);
        if (grant === undefined) return reply.code(202).send({ status: 'confirmation_sent' as const });
        return reply.code(201).send(answers.answer(reply, grant, request.query.transport));
      },
    );

    http.post(
      '/auth/register/confirm',
      {
        config: {
          access: { public: 'the token says who has registered' },
          feature: 'registration',
          secretAnswer: true,
        },
        schema: {
          tags: ['auth'],
          summary: 'Finish a registration by the token of a link',
          body: ConfirmRegistrationBody,
          querystring: TransportQuery,
          response: { 201: SignedIn },
        },
      },
      async (request, reply) => {
        const { token, password } = request.body;
        const grant = await registration.confirm(request.actor, originOf(request), token, password);
        return reply.code(201).send(answers.answer(reply, grant, request.query.transport));
      },
    );
  };
}
