import { Type } from 'typebox';
import type { Routes } from '../../../platform/http/index.ts';
import { UserView } from '../identity.schemas.ts';
import { originOf, type SignedInAnswers } from '../identity.signed-in.routes.ts';
import { DeleteAccountBody, ProfilePatch } from './profile.schemas.ts';
import type { Profile } from './profile.service.ts';

export interface ProfileRoutesOptions {
  readonly profile: Profile;
  readonly answers: SignedInAnswers;
}

const OWN = {
  access: { minimum: 'guest', scope: null, withoutSecondFactor: true, whileClosed: true },
} as const;

export function profileRoutes({ profile, answers }: ProfileRoutesOptions): Routes {
  return (http) => {
    http.patch(
      '/auth/me',
      {
        config: OWN,
        schema: {
          tags: ['auth'],
          summary: 'Change your name or address',
          body: ProfilePatch,
          response: { 200: UserView },
        },
      },
      async (request) => profile.change(request.actor, originOf(request), request.body),
    );

    http.delete(
      '/auth/me',
      {
        config: OWN,
        schema: {
          tags: ['auth'],
          summary: 'Delete your account',
          description:
            'Not while an organization would be left without an admin. What you made in organizations stays theirs.',
          body: DeleteAccountBody,
          response: { 204: Type.Null() },
        },
      },
      async (request, reply) => {
        await profile.remove(request.actor, originOf(request), request.body?.currentPassword);
        answers.clearCookies(request, reply);
        return reply.code(204).send(null);
      },
    );
  };
}
