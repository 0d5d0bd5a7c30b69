import type { Permission } from '../../app/permissions.ts';
import { ROLES, type Role } from '../../kernel/actor.ts';
import { SCOPES } from '../../kernel/scopes.ts';
import { createTokenSigner } from '../../platform/auth/index.ts';
import type { World } from '../world.ts';
import { idOf, type Tenant, userIdOf } from './tenant.ts';

export const ADMIN_SECRET = 'a-secret-of-the-isolation-tests-0123456789';

export type CallerName =
  | Role
  | 'nobody'
  | 'admin of another organization'
  | 'key with every scope'
  | 'key with another scope'
  | 'revoked key'
  | 'expired token'
  | 'removed member'
  | 'marked operator'
  | 'admin secret';

/** Somebody, by what they send. */
export interface Caller {
  readonly name: CallerName;
  readonly headers: Readonly<Record<string, string>>;
  /** The organization that their credentials belong to. */
  readonly home: Tenant;
}

/** Everybody who might call, seen from `own`. */
export async function callersOf(world: World, own: Tenant, other: Tenant): Promise<readonly Caller[]> {
  const bearer = (token: string) => ({ authorization: `Bearer ${token}` });
  const key = async (scopes: readonly string[]) => {
    const made = await own.admin.call('POST', '/api-keys', { name: `${own.canary} key`, scopes });
    return { id: idOf(made), headers: bearer((made.body as { key: string }).key) };
  };
  const every = await key(SCOPES);
  // No operation of the matrix asks for nothing but this one, and those that do are told apart below.
  const another = await key([ANOTHER_SCOPE]);
  const revoked = await key(SCOPES);
  await own.admin.call('DELETE', `/api-keys/${revoked.id}`);
  const removed = await world.person('admin', `${own.name} ${own.canary}`, own.canary);
  await own.admin.call('DELETE', `/organizations/${own.id}/members/${await userIdOf(world, removed.email)}`);
  const operator = await world.person('admin', 'Operators', 'The operator');
  await markOperator(world, operator.email);
  const roles = ROLES.map((role): Caller => ({ name: role, headers: bearer(own[role].token), home: own }));
  return [
    ...roles,
    { name: 'nobody', headers: {}, home: own },
    { name: 'admin of another organization', headers: bearer(other.admin.token), home: other },
    { name: 'key with every scope', headers: every.headers, home: own },
    { name: 'key with another scope', headers: another.headers, home: own },
    { name: 'revoked key', headers: revoked.headers, home: own },
    { name: 'expired token', headers: bearer(await expiredToken(world, own)), home: own },
    { name: 'removed member', headers: bearer(removed.token), home: own },
    {
      name: 'marked operator',
      headers: bearer(operator.token),
      home: { ...other, id: operator.organizationId },
    },
    { name: 'admin secret', headers: { 'x-admin-secret': ADMIN_SECRET }, home: own },
  ];
}

const ANOTHER_SCOPE = 'audit:read';

/** What the table of permissions says of one call: it goes through, or ends with one of these. */
export type Expected = 'allowed' | readonly number[];

/** Of calls that name nothing outside the caller's own organization. */
export function expectedOf(permission: Permission, caller: CallerName, operation: string): Expected {
  if (permission.kind === 'public') return 'allowed';
  if (caller === 'nobody' || caller === 'expired token') return [401];
  if (caller === 'removed member') {
    // Their sign-in goes on, in an organization that is not theirs any more.
    if (permission.kind === 'operator') return [403];
    return operation.includes('/organizations/{id}') ? [404] : [401];
  }
  if (permission.kind === 'operator') {
    if (caller === 'marked operator' || caller === 'admin secret') return 'allowed';
    return caller === 'revoked key' ? [401, 403] : [403];
  }
  if (caller === 'revoked key' || caller === 'admin secret') return [401];
  const { minimum, scope } = permission;
  if (caller === 'key with every scope') return scope === null ? [403] : 'allowed';
  if (caller === 'key with another scope') {
    return scope === 'any' || scope === ANOTHER_SCOPE ? 'allowed' : [403];
  }
  const role = caller === 'admin of another organization' || caller === 'marked operator' ? 'admin' : caller;
  return ROLES.indexOf(role) <= ROLES.indexOf(minimum) ? 'allowed' : [403];
}

async function markOperator(world: World, email: string): Promise<void> {
  const id = await userIdOf(world, email);
  const answer = await world.anonymous.call(
    'PATCH',
    `/operator/users/${id}`,
    { operator: true },
    { 'x-admin-secret': ADMIN_SECRET },
  );
  if (answer.status !== 200) throw new Error(`not marked: ${JSON.stringify(answer.body)}`);
}

/** As the server itself would have signed it an hour ago. */
async function expiredToken(world: World, { admin, id, things }: Tenant): Promise<string> {
  const { keys } = world.app.modules.identity.signingKeys;
  const anHourAgo = () => new Date(Date.now() - 3_600_000);
  const signer = createTokenSigner({ keys, issuer: 'scriptorium', clock: anHourAgo });
  const userId = await userIdOf(world, admin.email);
  return signer.sign({ userId, sessionId: things.sessionId, organizationId: id }, 60);
}
