import type { FastifyRequest, RouteOptions } from 'fastify';
import { type Actor, hasRole } from '../../kernel/actor.ts';
import { AppError } from '../../kernel/errors.ts';
import type { Authenticator, Credentials } from '../auth/port.ts';
import type { Cookie } from './cookies.ts';
import type { Access } from './port.ts';

const SAFE_METHODS: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS']);

/** Fails start-up for a route that does not say who may call it. */
export function requireAccessDeclaration(route: RouteOptions): void {
  if (!route.config?.access)
    throw new Error(`route ${String(route.method)} ${route.url} does not declare config.access`);
}

/**
 * Finds out who is asking and whether they may; undefined where nobody needs to sign in. Throws what authentication throws,
 * and `identity.sign_in_required`, `identity.role_required`, `identity.scope_required`, `identity.key_not_accepted`.
 */
export type AccessCheck = (request: FastifyRequest) => Promise<Actor | undefined>;

export function createAccessCheck(authenticator: Authenticator, cookie: Cookie): AccessCheck {
  const credentialsOf = (request: FastifyRequest): Credentials => ({
    bearer: bearerOf(request.headers.authorization),
    cookie: cookie.read(request),
    csrfToken: single(request.headers['x-csrf-token']),
    safeMethod: SAFE_METHODS.has(request.method),
    organizationId: single(request.headers['x-organization-id']),
    requestId: request.id,
    address: request.ip,
  });
  return async (request) => {
    const access = request.routeOptions.config.access;
    if (!access) return undefined;
    if ('public' in access) {
      if (!access.identified) return undefined;
      const actor = await authenticator.authenticate({ ...credentialsOf(request), whileClosed: true });
      if (actor.kind === 'apiKey') throw keyNotAccepted();
      return actor;
    }
    if ('operator' in access) {
      const secret = single(request.headers['x-admin-secret']);
      return authenticator.authenticateOperator(credentialsOf(request), secret);
    }
    const actor = await authenticator.authenticate({
      ...credentialsOf(request),
      ...(access.organization === 'path' ? { organizationId: idInPath(request) } : {}),
      ...(access.whileClosed ? { whileClosed: true } : {}),
      ...(access.withoutSecondFactor ? { withoutSecondFactor: true } : {}),
    });
    if (actor.kind === 'public') throw signInRequired();
    requireRights(actor, access);
    return actor;
  };
}

/** Puts who is asking into `request.actor`, before anything of the request is read. */
export function createAccessHook(check: AccessCheck) {
  return async (request: FastifyRequest): Promise<void> => {
    const actor = await check(request);
    if (actor) request.actor = actor;
  };
}

/** Not yet validated: whatever is no id of the caller's organizations is one that they do not belong to. */
function idInPath(request: FastifyRequest): string {
  return (request.params as { readonly id?: string }).id ?? '';
}

function requireRights(actor: Actor, { minimum, scope }: Extract<Access, { minimum: unknown }>): void {
  if (actor.kind === 'apiKey') {
    if (scope === null) throw keyNotAccepted();
    if (scope !== 'any' && !actor.scopes.includes(scope)) throw scopeRequired(scope);
  }
  if (!hasRole(actor, minimum)) throw roleRequired(minimum);
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

function signInRequired(): AppError {
  return new AppError({
    kind: 'unauthenticated',
    code: 'identity.sign_in_required',
    safeMessage: 'Sign in first.',
  });
}

function keyNotAccepted(): AppError {
  return new AppError({
    kind: 'forbidden',
    code: 'identity.key_not_accepted',
    safeMessage: 'No API key may do this: sign in as a person.',
  });
}

function scopeRequired(scope: string): AppError {
  return new AppError({
    kind: 'forbidden',
    code: 'identity.scope_required',
    safeMessage: `This needs an API key with the scope ${scope}.`,
    details: { scope },
  });
}

function roleRequired(minimum: string): AppError {
  return new AppError({
    kind: 'forbidden',
    code: 'identity.role_required',
    safeMessage: `This needs the role ${minimum} or higher in the organization.`,
    details: { minimumRole: minimum },
  });
}
