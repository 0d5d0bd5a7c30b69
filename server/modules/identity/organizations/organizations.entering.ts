import { type Actor, instanceActor } from '../../../kernel/actor.ts';
import type { Clock } from '../../../kernel/clock.ts';
import type { AuditTrail } from '../../../platform/audit/index.ts';
import type { UnitOfWork } from '../../../platform/db/index.ts';
import { ssoRequired } from '../federation/federation.errors.ts';
import { wayOf, withoutBarred } from '../federation/sso.repository.ts';
import { invalidToken, organizationNotFound } from '../identity.errors.ts';
import { findUser, organizationsOf } from '../identity.repository.ts';
import type { Grant, Sessions } from '../identity.sessions.port.ts';
import { lockSession } from '../identity.sessions.repository.ts';
import { setSessionOrganization } from './organizations.repository.ts';

export interface EnteringDependencies {
  readonly uow: UnitOfWork;
  readonly audit: AuditTrail;
  readonly sessions: Pick<Sessions, 'grant'>;
  readonly clock: Clock;
}

/**
 * Makes another of their organizations the one that a session works in from now on. Tokens that were given out before
 * still name the one that they were made for. Throws `identity.organization_not_found`, `identity.sso_required`,
 * `identity.invalid_token`.
 */
export type EnterOrganization = (actor: Actor, organizationId: string) => Promise<Grant>;

export function createEntering({ uow, audit, sessions, clock }: EnteringDependencies): EnterOrganization {
  return async (actor, organizationId) => {
    const { userId, credentialId: sessionId } = actor;
    if (userId === null || sessionId === undefined) throw invalidToken();
    const session = await uow.write(instanceActor(actor.requestId), async (tx) => {
      const row = await lockSession(tx, sessionId);
      const user = await findUser(tx, userId);
      if (!user || row?.user_id !== userId || row.revoked_at !== null) throw invalidToken();
      const belonging = await organizationsOf(tx, userId);
      const organization = belonging.find(({ id }) => id === organizationId.toLowerCase());
      if (!organization) throw organizationNotFound();
      const way = await wayOf(tx, sessionId);
      // Who may not know of it does not learn of it here either.
      if ((await withoutBarred(tx, [organization], way)).length === 0)
        throw way.everything ? ssoRequired() : organizationNotFound();
      await setSessionOrganization(tx, sessionId, organization.id, clock().toISOString());
      await audit.record(tx, actor, {
        action: 'session.organization_entered',
        organizationId: organization.id,
        target: { type: 'session', id: sessionId },
      });
      return {
        family: { sessionId, generation: row.generation, seed: row.refresh_seed },
        user,
        organization,
      };
    });
    return sessions.grant(session);
  };
}
