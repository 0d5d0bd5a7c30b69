import { type Actor, instanceActor } from '../../../kernel/actor.ts';
import { cutPage, invalidCursor, type Page } from '../../../kernel/page.ts';
import type { AuditLog } from '../../../platform/audit/index.ts';
import type { SecretBox } from '../../../platform/auth/index.ts';
import type { UnitOfWork } from '../../../platform/db/index.ts';
import { requireNothingElsewhere } from '../identity.confinement.ts';
import { invalidToken } from '../identity.errors.ts';
import { type ActivityQuery, type ActivityView, toActivityView } from './activity.schemas.ts';

const DEFAULT_LIMIT = 20;
/** Of the largest safe integer. */
const DIGITS = 16;

/**
 * What happened to one's own account, newest first. Throws `request.invalid_cursor`, and `identity.own_sign_in_required` where
 * the identity provider by which the person came would learn of sign-ins that are none of its business.
 */
export type ListActivity = (actor: Actor, query: ActivityQuery) => Promise<Page<ActivityView>>;

export interface ActivityDependencies {
  readonly uow: UnitOfWork;
  readonly log: Pick<AuditLog, 'list'>;
  readonly secrets: SecretBox;
}

export function createActivity({ uow, log, secrets }: ActivityDependencies): ListActivity {
  return async (actor, { limit = DEFAULT_LIMIT, cursor }) => {
    const { userId } = actor;
    if (userId === null) throw invalidToken();
    const before = cursor === undefined ? undefined : open(cursor, userId);
    const instance = instanceActor(actor.requestId);
    await uow.read(instance, (tx) => requireNothingElsewhere(tx, actor, userId));
    const events = await log.list(instance, { targetType: 'user', targetId: userId }, { before }, limit + 1);
    return cutPage(
      events,
      limit,
      ({ sequence }) => seal(sequence, userId),
      (event) => toActivityView(event, userId),
    );
  };

  /** Sealed, and always as long: a place in the trail that all share would tell how much happens to others. */
  function seal(sequence: number, userId: string): string {
    const plain = Buffer.from(String(sequence).padStart(DIGITS, '0'));
    return Buffer.from(secrets.seal(plain, contextOf(userId))).toString('base64url');
  }

  function open(cursor: string, userId: string): number {
    const plain = secrets.open(Buffer.from(cursor, 'base64url'), contextOf(userId));
    if (!plain) throw invalidCursor();
    return Number(Buffer.from(plain).toString());
  }
}

function contextOf(userId: string): string {
  return `cursor of account activity ${userId}`;
}
