import type { FastifyRequest } from 'fastify';
import { Type } from 'typebox';
import { isAppError } from '../../kernel/errors.ts';
import type { Routes } from '../../platform/http/index.ts';
import {
  LoginBody,
  MeView,
  RefreshBody,
  SignedIn,
  SignInLinkBody,
  TransportQuery,
} from './identity.schemas.ts';
import type { IdentityService } from './identity.service.ts';
import type { Sessions } from './identity.sessions.port.ts';
import { originOf, type SignedInAnswers } from './identity.signed-in.routes.ts';

const SECOND_STEP =
  'Who has a second factor is answered 401 `identity.second_factor_required`, with a `challenge` for `/auth/login/second-factor`.';

export interface IdentityRoutesOptions {
  readonly service: IdentityService;
  readonly sessions: Sessions;
  readonly answers: SignedInAnswers;
}

export function identityRoutes({ service, sessions, answers }: IdentityRoutesOptions): Routes {
  const { answer, fromCookies, clearCookies } = answers;
  return (http) => {
    http.post(
      '/auth/login',
      {
        config: { access: { public: 'this is how people sign in' }, duringMaintenance: true },
        schema: {
          tags: ['auth'],
          summary: 'Sign in',
          description: SECOND_STEP,
          body: LoginBody,
          querystring: TransportQuery,
          response: { 200: SignedIn },
        },
      },
      async (request, reply) =>
        answer(
          reply,
          await service.login(request.actor, originOf(request), request.body),
          request.query.transport,
        ),
    );

    http.post(
      '/auth/sign-in-link',
      {
        config: { access: { public: 'the one-time token says who it is' }, duringMaintenance: true },
        schema: {
          tags: ['auth'],
          summary: 'Sign in by a one-time link',
          description: SECOND_STEP,
          body: SignInLinkBody,
          querystring: TransportQuery,
          response: { 200: SignedIn },
        },
      },
      async (request, reply) => {
        const grant = await service.signInByLink(request.actor, originOf(request), request.body.token);
        return answer(reply, grant, request.query.transport);
      },
    );

    http.post(
      '/auth/refresh',
      {
        config: {
          access: { public: 'the refresh token says who it is; the access token may have ended' },
          duringMaintenance: true,
        },
        schema: {
          tags: ['auth'],
          summary: 'Exchange the refresh token',
          body: RefreshBody,
          response: { 200: SignedIn },
        },
      },
      async (request, reply) => {
        const given = request.body?.refreshToken;
        if (given !== undefined)
          return answer(reply, await sessions.refresh(request.actor, given, originOf(request)), 'body');
        try {
          const { refresh: cookie = '' } = fromCookies(request);
          const grant = await sessions.refresh(request.actor, cookie, originOf(request));
          return answer(reply, grant, 'cookie');
        } catch (error) {
          if (isAppError(error) && error.kind === 'unauthenticated') clearCookies(request, reply);
          throw error;
        }
      },
    );

    http.post(
      '/auth/logout',
      {
        config: { access: { public: 'also works when the access token has ended' }, duringMaintenance: true },
        schema: { tags: ['auth'], summary: 'Sign out', body: RefreshBody, response: { 204: Type.Null() } },
      },
      async (request, reply) => {
        const bearer = /^bearer (\S+)$/i.exec(request.headers.authorization ?? '')?.[1];
        const given = request.body?.refreshToken;
        const byCookie = bearer === undefined && given === undefined;
        await sessions.end(request.actor, {
          ...(byCookie ? fromCookies(request) : { access: bearer, refresh: given }),
          fromCookies: byCookie,
          csrfToken: proofOf(request),
        });
        if (byCookie) clearCookies(request, reply);
        return reply.code(204).send(null);
      },
    );

    http.get(
      '/auth/me',
      {
        config: {
          access: { minimum: 'guest', scope: null, withoutSecondFactor: true, whileClosed: true },
        },
        schema: { tags: ['auth'], summary: 'Who is signed in', response: { 200: MeView } },
      },
      async (request, reply) => {
        reply.header('cache-control', 'no-store');
        const byCookie = request.headers.authorization === undefined;
        return service.me(request.actor, byCookie ? fromCookies(request).access : undefined);
      },
    );
  };
}

function proofOf(request: FastifyRequest): string | undefined {
  const header = request.headers['x-csrf-token'];
  return Array.isArray(header) ? header[0] : header;
}
