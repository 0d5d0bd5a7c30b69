import type { FastifyReply, FastifyRequest } from 'fastify';
import { Type } from 'typebox';
import { isAppError } from '../../kernel/errors.ts';
import { ACCESS_COOKIE, type Routes } from '../../platform/http/index.ts';
import {
  LoginBody,
  MeView,
  RefreshBody,
  RegisterBody,
  SignedIn,
  SignInLinkBody,
  TransportQuery,
} from './identity.schemas.ts';
import type { IdentityService } from './identity.service.ts';
import type { Grant, Sessions } from './identity.sessions.ts';

const REFRESH_COOKIE = 'scriptorium_refresh';
/** The refresh token goes nowhere else. */
const REFRESH_PATH = '/api/v1/auth';

export interface IdentityRoutesOptions {
  readonly service: IdentityService;
  readonly sessions: Sessions;
  /** Mark cookies `Secure`. */
  readonly secureCookies: boolean;
}

export function identityRoutes({ service, sessions, secureCookies }: IdentityRoutesOptions): Routes {
  const cookie = { httpOnly: true, sameSite: 'lax', secure: secureCookies } as const;
  const accessCookie = { ...cookie, path: '/' };
  const refreshCookie = { ...cookie, path: REFRESH_PATH };

  function setCookies(reply: FastifyReply, grant: Grant): void {
    reply.setCookie(ACCESS_COOKIE, grant.accessToken, { ...accessCookie, maxAge: grant.expiresIn });
    reply.setCookie(REFRESH_COOKIE, grant.refreshToken, { ...refreshCookie, maxAge: grant.refreshExpiresIn });
  }

  /** Only what came is cleared: a forged request, which carries no SameSite cookies, changes nothing. */
  function clearCookies(request: FastifyRequest, reply: FastifyReply): void {
    if (request.cookies[ACCESS_COOKIE] !== undefined) reply.clearCookie(ACCESS_COOKIE, accessCookie);
    if (request.cookies[REFRESH_COOKIE] !== undefined) reply.clearCookie(REFRESH_COOKIE, refreshCookie);
  }

  function answer(reply: FastifyReply, grant: Grant, transport: 'cookie' | 'body' | undefined): SignedIn {
    reply.header('cache-control', 'no-store');
    const { accessToken, expiresIn, csrfToken, user, organization } = grant;
    const signedIn: SignedIn = { accessToken, tokenType: 'Bearer', expiresIn, csrfToken, user, organization };
    if (transport === 'body') return { ...signedIn, refreshToken: grant.refreshToken };
    setCookies(reply, grant);
    return signedIn;
  }

  return (http) => {
    http.post(
      '/auth/register',
      {
        config: { access: { public: 'people without an account make one' } },
        schema: {
          tags: ['auth'],
          summary: 'Make an account and an organization',
          body: RegisterBody,
          querystring: TransportQuery,
          response: { 201: SignedIn },
        },
      },
      async (request, reply) => {
        const grant = await service.register(request.actor, request.ip, request.body);
        return reply.code(201).send(answer(reply, grant, request.query.transport));
      },
    );

    http.post(
      '/auth/login',
      {
        config: { access: { public: 'this is how people sign in' } },
        schema: {
          tags: ['auth'],
          summary: 'Sign in',
          body: LoginBody,
          querystring: TransportQuery,
          response: { 200: SignedIn },
        },
      },
      async (request, reply) =>
        answer(reply, await service.login(request.actor, request.ip, request.body), request.query.transport),
    );

    http.post(
      '/auth/sign-in-link',
      {
        config: { access: { public: 'the one-time token says who it is' } },
        schema: {
          tags: ['auth'],
          summary: 'Sign in by a one-time link',
          body: SignInLinkBody,
          querystring: TransportQuery,
          response: { 200: SignedIn },
        },
      },
      async (request, reply) => {
        const grant = await service.signInByLink(request.actor, request.ip, request.body.token);
        return answer(reply, grant, request.query.transport);
      },
    );

    http.post(
      '/auth/refresh',
      {
        config: { access: { public: 'the refresh token says who it is; the access token may have ended' } },
        schema: {
          tags: ['auth'],
          summary: 'Exchange the refresh token',
          body: RefreshBody,
          response: { 200: SignedIn },
        },
      },
      async (request, reply) => {
        const given = request.body?.refreshToken;
        if (given !== undefined) return answer(reply, await sessions.refresh(request.actor, given), 'body');
        try {
          const grant = await sessions.refresh(request.actor, request.cookies[REFRESH_COOKIE] ?? '');
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
        config: { access: { public: 'also works when the access token has ended' } },
        schema: { tags: ['auth'], summary: 'Sign out', body: RefreshBody, response: { 204: Type.Null() } },
      },
      async (request, reply) => {
        const bearer = /^bearer (\S+)$/i.exec(request.headers.authorization ?? '')?.[1];
        const given = request.body?.refreshToken;
        const fromCookies = bearer === undefined && given === undefined;
        await sessions.end(request.actor, {
          access: fromCookies ? request.cookies[ACCESS_COOKIE] : bearer,
          refresh: fromCookies ? request.cookies[REFRESH_COOKIE] : given,
          fromCookies,
          csrfToken: proofOf(request),
        });
        if (fromCookies) clearCookies(request, reply);
        return reply.code(204).send(null);
      },
    );

    http.get(
      '/auth/me',
      {
        config: { access: { minimum: 'guest', scope: null } },
        schema: { tags: ['auth'], summary: 'Who is signed in', response: { 200: MeView } },
      },
      async (request, reply) => {
        reply.header('cache-control', 'no-store');
        const byCookie = request.headers.authorization === undefined;
        return service.me(request.actor, byCookie ? request.cookies[ACCESS_COOKIE] : undefined);
      },
    );
  };
}

function proofOf(request: FastifyRequest): string | undefined {
  const header = request.headers['x-csrf-token'];
  return Array.isArray(header) ? header[0] : header;
}
