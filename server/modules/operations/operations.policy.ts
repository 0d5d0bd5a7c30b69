import { type Actor, instanceActor } from '../../kernel/actor.ts';
import { AppError } from '../../kernel/errors.ts';

/** The instance, for whoever runs it or the product itself. Throws `operations.not_allowed`. */
export function requireOperator(actor: Actor): Actor {
  const instance = actor.kind === 'system' && actor.organizationId === null;
  if (instance || actor.kind === 'operator') return instanceActor(actor.requestId);
  throw new AppError({
    kind: 'forbidden',
    code: 'operations.not_allowed',
    safeMessage: 'Only whoever runs this installation may do this.',
  });
}
