import { Type } from 'typebox';
import { AppError } from '../../../kernel/errors.ts';
import type { Routes } from '../../../platform/http/index.ts';
import { IdParams } from '../../../platform/http/schemas.ts';
import { SignedIn, TransportQuery } from '../identity.schemas.ts';
import { originOf, type SignedInAnswers } from '../identity.signed-in.routes.ts';
import type { Challenges } from './challenges.ts';
import {
  AnswerBody,
  BeginBody,
  ConfirmBody,
  RecoveryCodesView,
  RemoveBody,
  RenewBody,
  SecondFactorView,
  SetUpView,
  shownIn,
} from './second-factor.schemas.ts';
import type { SecondFactors } from './second-factor.service.ts';
import type { Shown } from './verification.ts';

export interface SecondFactorRoutesOptions {
  readonly factors: SecondFactors;
  readonly challenges: Challenges;
  readonly answers: SignedInAnswers;
}

/** Also for people whose organization lets nobody in without a second factor: here they set it up. */
const OWN = {
  access: { minimum: 'guest', scope: null, withoutSecondFactor: true, whileClosed: true },
} as const;
const OWN_SECRET = { ...OWN, secretAnswer: true } as const;

export function secondFactorRoutes({ factors, challenges, answers }: SecondFactorRoutesOptions): Routes {
  return (http) => {
    http.post(
      '/auth/login/second-factor',
      {
        config: {
          access: { public: 'the challenge says who has given the password' },
          secretAnswer: true,
          duringMaintenance: true,
        },
        schema: {
          tags: ['auth'],
          summary: 'Finish a sign-in with the second factor',
          description:
            'For who was answered 401 `identity.second_factor_required`: its `challenge`, with `code` or `recoveryCode`.',
          body: AnswerBody,
          querystring: TransportQuery,
          response: { 200: SignedIn },
        },
      },
      async (request, reply) => {
        const { challenge } = request.body;
        const grant = await challenges.answer(
          request.actor,
          originOf(request),
          challenge,
          one(shownIn(request.body)),
        );
        return answers.answer(reply, grant, request.query.transport);
      },
    );

    http.get(
      '/auth/second-factor',
      {
        config: OWN,
        schema: { tags: ['auth'], summary: 'Your second factor', response: { 200: SecondFactorView } },
      },
      async (request) => factors.state(request.actor),
    );

    http.post(
      '/auth/second-factor',
      {
        config: OWN_SECRET,
        schema: {
          tags: ['auth'],
          summary: 'Begin to set up a second factor',
          description: 'It counts once a code was confirmed.',
          body: BeginBody,
          response: { 201: SetUpView },
        },
      },
      async (request, reply) => {
        reply.header('cache-control', 'no-store');
        const password = request.body?.currentPassword;
        return reply.code(201).send(await factors.begin(request.actor, originOf(request), password));
      },
    );

    http.post(
      '/auth/second-factor/confirm',
      {
        config: OWN_SECRET,
        schema: {
          tags: ['auth'],
          summary: 'Switch the second factor on',
          description: 'Gives the recovery codes, once, and ends all other sign-ins.',
          body: ConfirmBody,
          response: { 200: RecoveryCodesView },
        },
      },
      async (request, reply) => {
        reply.header('cache-control', 'no-store');
        return factors.confirm(request.actor, request.body.code);
      },
    );

    http.post(
      '/auth/second-factor/recovery-codes',
      {
        config: OWN_SECRET,
        schema: {
          tags: ['auth'],
          summary: 'Get new recovery codes in place of the old ones',
          body: RenewBody,
          response: { 200: RecoveryCodesView },
        },
      },
      async (request, reply) => {
        reply.header('cache-control', 'no-store');
        return factors.renewCodes(request.actor, one(shownIn(request.body)));
      },
    );

    http.delete(
      '/auth/second-factor',
      {
        config: OWN,
        schema: {
          tags: ['auth'],
          summary: 'Remove the second factor',
          body: RemoveBody,
          response: { 204: Type.Null() },
        },
      },
      async (request, reply) => {
        const shown = one(shownIn(request.body));
        await factors.remove(request.actor, originOf(request), request.body.currentPassword, shown);
        return reply.code(204).send(null);
      },
    );

    http.delete(
      '/operator/users/:id/second-factor',
      {
        config: { access: { operator: true } },
        schema: {
          tags: ['operators'],
          summary: 'Take the second factor away from somebody who has lost it',
          params: IdParams,
          response: { 204: Type.Null() },
        },
      },
      async (request, reply) => {
        await factors.reset(request.actor, request.params.id);
        return reply.code(204).send(null);
      },
    );
  };
}

function one(shown: Shown | undefined): Shown {
  if (shown) return shown;
  throw new AppError({
    kind: 'invalid',
    code: 'request.invalid_body',
    safeMessage: 'Give one of the two: code or recoveryCode.',
    errors: [{ path: '/code', message: 'give this or recoveryCode, and not both' }],
  });
}
