import { type Actor, hasRole, instanceActor, type OrganizationActor } from '../../kernel/actor.ts';
import { AppError } from '../../kernel/errors.ts';
import { requireOrganization } from '../../kernel/organization.ts';

/** Who may read their organization's trail: its admins. Throws `audit.not_allowed`. */
export function requireReader(actor: Actor): OrganizationActor {
  const member = requireOrganization(actor);
  if (!hasRole(member, 'admin')) throw notAllowed();
  return member;
}

/** Who may read the instance's trail: operators and the product itself, as whom it is read. Throws `audit.not_allowed`. */
export function requireInstance(actor: Actor): Actor {
  const instance = actor.kind === 'system' && actor.organizationId === null;
  if (!instance && actor.kind !== 'operator') throw notAllowed();
  return instanceActor(actor.requestId);
}

function notAllowed(): AppError {
  return new AppError({
    kind: 'forbidden',
    code: 'audit.not_allowed',
    safeMessage: 'Only admins of the organization read its audit trail.',
  });
}
