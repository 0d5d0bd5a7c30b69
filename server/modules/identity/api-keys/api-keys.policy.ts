import { type Actor, hasRole, lowerRole, type Role } from '../../../kernel/actor.ts';
import { AppError } from '../../../kernel/errors.ts';
import { DEFAULT_LIFETIME } from './api-keys.schemas.ts';

const DAY = 86_400_000;

/** Whether the actor may see and revoke the keys of this person. */
export function mayManageKeysOf(actor: Actor, userId: string): boolean {
  return actor.userId === userId || hasRole(actor, 'admin');
}

/** The role of a new key. Throws `identity.role_above_own`. */
export function roleOfKey(own: Role, wanted: Role | undefined): Role {
  if (wanted === undefined) return own;
  if (lowerRole(own, wanted) !== wanted) {
    throw new AppError({
      kind: 'invalid',
      code: 'identity.role_above_own',
      safeMessage: `A key may at most what you may yourself: ${own}.`,
      errors: [{ path: '/role', message: `must be at most ${own}` }],
    });
  }
  return wanted;
}

/** RFC 3339; null for a key that does not expire. Throws `identity.key_must_expire`. */
export function expiryOfKey(actor: Actor, days: number | null | undefined, now: Date): string | null {
  if (days !== null) return new Date(now.getTime() + (days ?? DEFAULT_LIFETIME) * DAY).toISOString();
  if (hasRole(actor, 'admin')) return null;
  throw new AppError({
    kind: 'invalid',
    code: 'identity.key_must_expire',
    safeMessage: 'Only admins may make keys that do not expire.',
    errors: [{ path: '/expiresInDays', message: 'must be a number of days' }],
  });
}
