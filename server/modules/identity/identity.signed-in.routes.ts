import type { FastifyReply, FastifyRequest } from 'fastify';
import { accessCookie, createCookie } from '../../platform/http/index.ts';
import type { SignedIn } from './identity.schemas.ts';
import type { Grant, Origin } from './identity.sessions.port.ts';

/** The refresh token goes nowhere else, where a cookie may say so. */
const REFRESH_PATH = '/api/v1/auth';

/** How the tokens of a sign-in leave and are taken back, for every route that signs somebody in. */
export interface SignedInAnswers {
  /** Sets the cookies, or with `transport` body puts the refresh token into the answer and sets none. */
  answer(reply: FastifyReply, grant: Grant, transport: 'cookie' | 'body' | undefined): SignedIn;
  /** For a session that goes on: a new access token, and the refresh token stays where it is. */
  renew(reply: FastifyReply, grant: Grant, transport: 'cookie' | 'body'): SignedIn;
  setCookies(reply: FastifyReply, grant: Grant): void;
  /** The tokens that the browser added by itself. */
  fromCookies(request: FastifyRequest): {
    readonly access: string | undefined;
    readonly refresh: string | undefined;
  };
  /** Takes back the cookies that came. */
  clearCookies(request: FastifyRequest, reply: FastifyReply): void;
}

/** `secureCookies`: the server is reached by https. */
export function signedInAnswers(secureCookies: boolean): SignedInAnswers {
  const access = accessCookie(secureCookies);
  const refresh = createCookie('scriptorium_refresh', REFRESH_PATH, secureCookies);

  function setCookies(reply: FastifyReply, grant: Grant): void {
    access.set(reply, grant.accessToken, grant.expiresIn);
    refresh.set(reply, grant.refreshToken, grant.refreshExpiresIn);
  }

  return {
    setCookies,
    fromCookies: (request) => ({ access: access.read(request), refresh: refresh.read(request) }),
    clearCookies: (request, reply) => {
      access.clear(request, reply);
      refresh.clear(request, reply);
    },
    renew: (reply, grant, transport) => {
      reply.header('cache-control', 'no-store');
      if (transport === 'cookie') access.set(reply, grant.accessToken, grant.expiresIn);
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
