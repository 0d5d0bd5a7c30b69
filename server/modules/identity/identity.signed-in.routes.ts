import type { FastifyReply, FastifyRequest } from 'fastify';
import { ACCESS_COOKIE } from '../../platform/http/index.ts';
import type { SignedIn } from './identity.schemas.ts';
import type { Grant, Origin } from './identity.sessions.port.ts';

export const REFRESH_COOKIE = 'scriptorium_refresh';
/** The refresh token goes nowhere else. */
const REFRESH_PATH = '/api/v1/auth';

/** How the tokens of a sign-in leave and are taken back, for every route that signs somebody in. */
export interface SignedInAnswers {
  /** Sets the cookies, or with `transport` body puts the refresh token into the answer and sets none. */
  answer(reply: FastifyReply, grant: Grant, transport: 'cookie' | 'body' | undefined): SignedIn;
  /** For a session that goes on: a new access token, and the refresh token stays where it is. */
  renew(reply: FastifyReply, grant: Grant, transport: 'cookie' | 'body'): SignedIn;
  setCookies(reply: FastifyReply, grant: Grant): void;
  /** Only what came is cleared: a forged request, which carries no SameSite cookies, changes nothing. */
  clearCookies(request: FastifyRequest, reply: FastifyReply): void;
}

/** `secureCookies`: mark them `Secure`. */
export function signedInAnswers(secureCookies: boolean): SignedInAnswers {
  const cookie = { httpOnly: true, sameSite: 'lax', secure: secureCookies } as const;
  const accessCookie = { ...cookie, path: '/' };
  const refreshCookie = { ...cookie, path: REFRESH_PATH };

  function setAccessCookie(reply: FastifyReply, grant: Grant): void {
    reply.setCookie(ACCESS_COOKIE, grant.accessToken, { ...accessCookie, maxAge: grant.expiresIn });
  }

  function setCookies(reply: FastifyReply, grant: Grant): void {
    setAccessCookie(reply, grant);
    reply.setCookie(REFRESH_COOKIE, grant.refreshToken, { ...refreshCookie, maxAge: grant.refreshExpiresIn });
  }

  return {
    setCookies,
    clearCookies: (request, reply) => {
      if (request.cookies[ACCESS_COOKIE] !== undefined) reply.clearCookie(ACCESS_COOKIE, accessCookie);
      if (request.cookies[REFRESH_COOKIE] !== undefined) reply.clearCookie(REFRESH_COOKIE, refreshCookie);
    },
    renew: (reply, grant, transport) => {
      reply.header('cache-control', 'no-store');
      if (transport === 'cookie') setAccessCookie(reply, grant);
      return toSignedIn(grant);
    },
    answer: (reply, grant, transport) => {
      reply.header('cache-control', 'no-store');
      const signedIn = toSignedIn(grant);
      if (transport === 'body') return { ...signedIn, refreshToken: grant.refreshToken };
      setCookies(reply, grant);
      return signedIn;
    },
  };
}

function toSignedIn({ accessToken, expiresIn, csrfToken, user, organization }: Grant): SignedIn {
  return { accessToken, tokenType: 'Bearer', expiresIn, csrfToken, user, organization };
}

export function originOf(request: FastifyRequest): Origin {
  return { address: request.ip, userAgent: request.headers['user-agent'] };
}
