import { type Actor, hasRole, type OrganizationActor } from '../../kernel/actor.ts';
import { AppError } from '../../kernel/errors.ts';

/** Members from `regular` upwards may ask. Throws `ask.forbidden`. */
export function mustBeAllowedToAsk(actor: Actor): OrganizationActor {
  const { organizationId } = actor;
  if (organizationId === null || !hasRole(actor, 'regular')) {
    throw new AppError({
      kind: 'forbidden',
      code: 'ask.forbidden',
      safeMessage: 'Your role in this organization does not allow asking the library.',
    });
  }
  return { ...actor, organizationId };
}
