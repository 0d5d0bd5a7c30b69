import type { Operation } from './document.ts';
import type { StageName } from './target.ts';
import type { WireRequest } from './wire.ts';

const SAFE_METHODS: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS', 'TRACE']);

export const isSafe = (method: string): boolean => SAFE_METHODS.has(method);

/** What, carried out, takes from people what they need for every other request. */
const TAKING: ReadonlySet<string> = new Set([
  'POST /auth/logout',
  'POST /auth/organization',
  'POST /auth/password',
  'POST /auth/second-factor',
  'POST /auth/second-factor/confirm',
  'PATCH /auth/me',
  'PATCH /organizations/{id}',
  'PATCH /organizations/{id}/sso',
  'PATCH /organizations/{id}/members/{userId}',
]);

export function stageOf({ name, method, path }: Operation): StageName {
  const unsafe = !isSafe(method);
  return TAKING.has(name) || method === 'DELETE' || (unsafe && path.startsWith('/operator/'))
    ? 'doomed'
    : 'lasting';
}

/** What, carried out, closes the instance to everybody: opened again at once, by whoever holds the admin secret. */
export function undoing(operation: string, { target }: WireRequest): WireRequest | undefined {
  const headers = [['content-type', 'application/json']] as const;
  if (operation === 'PUT /operator/maintenance')
    return { method: 'DELETE', target: '/api/v1/operator/maintenance', headers: [], body: undefined };
  if (operation === 'PUT /operator/features/{feature}')
    return { method: 'PUT', target, headers, body: '{"on":true}' };
  return undefined;
}

/** What ends the sessions of everybody: sent only by who may not. */
export function endsEverything(operation: string, { body }: WireRequest): boolean {
  return (
    operation === 'POST /operator/signing-keys/rotate' &&
    /"endSessions"\s*:\s*true/.test(Buffer.from(body ?? '').toString())
  );
}

/** Beside 4xx: what an operation may answer where something outside of it is not there. */
export const UNAVAILABLE: Readonly<Record<string, readonly number[]>> = {};
