import { type Actor, instanceActor } from '../../../kernel/actor.ts';
import type { Clock } from '../../../kernel/clock.ts';
import { AppError } from '../../../kernel/errors.ts';
import type { AuditTrail } from '../../../platform/audit/index.ts';
import type { AccessChanges } from '../../../platform/auth/index.ts';
import type { UnitOfWork } from '../../../platform/db/index.ts';
import { recordAboutSession } from '../identity.account-trail.ts';
import { shownSessions } from '../identity.confinement.ts';
import { invalidToken } from '../identity.errors.ts';
import type { Sessions } from '../identity.sessions.port.ts';
import { listOpenSessions, revokeOwnSession } from './sessions.repository.ts';
import { type SessionList, toSessionView } from './sessions.schemas.ts';

/** A person's own sign-ins; by an identity provider that does not open all that they belong to, its own alone. */
export interface OwnSessions {
  /** Last used first. */
  list(actor: Actor): Promise<SessionList>;
  /** Throws `identity.session_not_found`, also for somebody else's. */
  end(actor: Actor, id: string): Promise<void>;
  /** All but the one that asks; says how many. */
  endOthers(actor: Actor): Promise<number>;
}

export interface OwnSessionsDependencies {
  readonly uow: UnitOfWork;
  readonly audit: AuditTrail;
  readonly accessChanges: Pick<AccessChanges, 'notify'>;
  readonly clock: Clock;
  readonly sessions: Pick<Sessions, 'endAll'>;
}

export function createOwnSessions(dependencies: OwnSessionsDependencies): OwnSessions {
  const { uow, audit, accessChanges, clock, sessions } = dependencies;
  return {
    list: async (actor) => {
      const userId = personOf(actor);
      const rows = await uow.read(instanceActor(actor.requestId), async (tx) => {
        const by = await shownSessions(tx, actor, userId);
        return listOpenSessions(tx, userId, clock().toISOString(), by);
      });
      return { items: rows.map((row) => toSessionView(row, actor.credentialId)) };
    },
    end: async (actor, id) => {
      const userId = personOf(actor);
      await uow.write(instanceActor(actor.requestId), async (tx) => {
        const by = await shownSessions(tx, actor, userId);
        const organizationId = await revokeOwnSession(tx, { id, userId, at: clock().toISOString(), by });
        if (organizationId === undefined) throw sessionNotFound();
        await accessChanges.notify(tx, { credentialId: id });
        const session = { id, userId, organizationId };
        await recordAboutSession(audit, tx, actor, session, { action: 'session.closed' });
      });
    },
    endOthers: async (actor) => {
      const userId = personOf(actor);
      return uow.write(instanceActor(actor.requestId), async (tx) => {
        const by = await shownSessions(tx, actor, userId);
        const ending = { userId, reason: 'session.others_closed', except: actor.credentialId, by };
        return sessions.endAll(tx, actor, ending);
      });
    },
  };
}

function personOf({ userId }: Actor): string {
  if (userId === null) throw invalidToken();
  return userId;
}

function sessionNotFound(): AppError {
  return new AppError({
    kind: 'not_found',
    code: 'identity.session_not_found',
    safeMessage: 'There is no such sign-in, or it has ended.',
  });
}
