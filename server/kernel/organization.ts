import type { Actor, OrganizationActor } from './actor.ts';
import { AppError } from './errors.ts';

/** Narrows an actor to one that works inside an organization, or refuses. */
export function requireOrganization(actor: Actor): OrganizationActor {
  const { organizationId } = actor;
  if (organizationId === null) {
    throw new AppError({
      kind: 'unauthenticated',
      code: 'identity.sign_in_required',
      safeMessage: 'Sign in first.',
    });
  }
  return { ...actor, organizationId };
}
