import type { FastifyReply, FastifyRequest, RouteOptions } from 'fastify';
import { hasRole } from '../../kernel/actor.ts';
import { AppError } from '../../kernel/errors.ts';
import type { Authenticator } from '../auth/port.ts';

export const ACCESS_COOKIE = 'scriptorium_access';

const SAFE_METHODS: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS']);

/** Fails start-up for a route that does not say who may call it. */
export function requireAccessDeclaration(route: RouteOptions): void {
  if (!route.config?.access)
    throw new Error(`route ${String(route.method)} ${route.url} does not declare config.access`);
}

/** Finds out who is asking and whether they may, before anything of the request is read. */
export function createAccessHook(authenticator: Authenticator) {
  return async (request: FastifyRequest, reply: FastifyReply): Promise<void> => {
    const access = request.routeOptions.config.access;
    if (!access) return;
    if ('public' in access || 'operator' in access) return;
    request.actor = await authenticator.authenticate({
      bearer: bearerOf(request.headers.authorization),
      cookie: request.cookies[ACCESS_COOKIE],
      csrfToken: single(request.headers['x-csrf-token']),
      safeMethod: SAFE_METHODS.has(request.method),
      organizationId: single(request.headers['x-organization-id']),
      requestId: request.id,
      address: request.ip,
    });
    if (request.actor.kind === 'public') {
      reply.header('www-authenticate', 'Bearer');
      throw new AppError({
        kind: 'unauthenticated',
        code: 'identity.sign_in_required',
        safeMessage: 'Sign in first.',
      });
    }
    if (!hasRole(request.actor, access.minimum)) {
      throw new AppError({
        kind: 'forbidden',
        code: 'identity.role_required',
        safeMessage: `This needs the role ${access.minimum} or higher in the organization.`,
        details: { minimumRole: access.minimum },
      });
    }
  };
}

function bearerOf(header: string | undefined): string | undefined {
  if (header === undefined) return undefined;
  const match = /^bearer ([^\s]+)$/i.exec(header);
  if (!match)
    throw new AppError({
      kind: 'unauthenticated',
      code: 'identity.invalid_token',
      safeMessage: 'The Authorization header is not “Bearer <token>”.',
    });
  return match[1];
}

function single(header: string | string[] | undefined): string | undefined {
  return Array.isArray(header) ? header[0] : header;
}
