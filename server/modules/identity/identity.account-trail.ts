import type { Actor } from '../../kernel/actor.ts';
import type { AuditEntry, AuditTrail } from '../../platform/audit/index.ts';
import type { Tx } from '../../platform/db/index.ts';

/** What happened to an account; `userId` in it says who did it, where the actor does not. */
export type AccountEntry = Omit<AuditEntry, 'organizationId' | 'target'>;

/**
 * Records what happened to somebody's account. It concerns them and whoever runs the instance, and none of the organizations
 * that they belong to: so it goes into the instance's trail, with the person as its target, by which they find it.
 */
export function recordAboutAccount(
  audit: AuditTrail,
  tx: Tx,
  actor: Actor,
  accountId: string,
  entry: AccountEntry,
): Promise<void> {
  return audit.record(tx, actor, {
    ...entry,
    organizationId: null,
    target: { type: 'user', id: accountId },
  });
}

/** A sign-in as the trails name it. */
export interface RecordedSession {
  readonly id: string;
  readonly userId: string;
  readonly organizationId: string;
}

/** Records what happened to a sign-in, for its person and for the organization in which it works. */
export async function recordAboutSession(
  audit: AuditTrail,
  tx: Tx,
  actor: Actor,
  { id, userId, organizationId }: RecordedSession,
  entry: Omit<AccountEntry, 'userId'>,
): Promise<void> {
  await audit.record(tx, actor, { ...entry, userId, organizationId, target: { type: 'session', id } });
  const details = { ...entry.details, sessionId: id };
  await recordAboutAccount(audit, tx, actor, userId, { ...entry, userId, details });
}
