import { type Actor, instanceActor } from '../../../kernel/actor.ts';
import type { Clock } from '../../../kernel/clock.ts';
import { decodeCursor, type Page, toPage } from '../../../kernel/page.ts';
import { type AuditTrail, changesBetween } from '../../../platform/audit/index.ts';
import type { AccessChanges } from '../../../platform/auth/index.ts';
import type { Tx, UnitOfWork } from '../../../platform/db/index.ts';
import { emailKeyOf, requireInstance } from '../identity.policy.ts';
import { revokeSessionsOf } from '../identity.sessions.repository.ts';
import type { AccountCounts } from '../index.ts';
import { endAdministration, requireOtherAdmins } from '../members/members.ownership.ts';
import { ownAccount, userNotFound } from './operators.errors.ts';
import {
  belongingsOf,
  countAccounts,
  deleteUser,
  findUser,
  listUsers,
  lockUser,
  lockUserByEmail,
  markUser,
} from './operators.repository.ts';
import {
  type OperatedUser,
  type OperatedUserDetails,
  toOperatedUser,
  toOperatedUserDetails,
  type UserChange,
  type UserListQuery,
} from './operators.schemas.ts';
import type { OperatedUserRow } from './operators.tables.ts';

/** The people of the whole instance. Every method throws `identity.not_allowed` for who is no operator. */
export interface OperatedUsers {
  count(actor: Actor): Promise<AccountCounts>;
  /** Oldest first. */
  list(actor: Actor, query: UserListQuery): Promise<Page<OperatedUser>>;
  /** Throws `identity.user_not_found`. */
  get(actor: Actor, id: string): Promise<OperatedUserDetails>;
  /**
   * Disabling ends all sign-ins, and keys are dead while it lasts. Throws `identity.user_not_found`,
   * `identity.own_account`.
   */
  change(actor: Actor, id: string, change: UserChange): Promise<OperatedUser>;
  /** For the command line, where people are named by their address. Throws `identity.user_not_found`. */
  markOperator(actor: Actor, email: string, operator: boolean): Promise<OperatedUser>;
  /** What they made stays. Throws `identity.user_not_found`, `identity.own_account`, `identity.last_admin`. */
  remove(actor: Actor, id: string): Promise<void>;
}

export interface OperatedUsersDependencies {
  readonly uow: UnitOfWork;
  readonly audit: AuditTrail;
  readonly accessChanges: Pick<AccessChanges, 'notify'>;
  readonly clock: Clock;
}

export function createOperatedUsers(dependencies: OperatedUsersDependencies): OperatedUsers {
  const { uow, audit, accessChanges, clock } = dependencies;
  return { count, list, get, change, markOperator, remove };

  function count(actor: Actor): Promise<AccountCounts> {
    return uow.read(asInstance(actor), (tx) => countAccounts(tx, clock().toISOString()));
  }

  async function list(actor: Actor, query: UserListQuery): Promise<Page<OperatedUser>> {
    const limit = query.limit ?? 20;
    const after = query.cursor === undefined ? undefined : decodeCursor(query.cursor);
    const listing = { text: query.q, state: query.state, limit: limit + 1, after };
    const rows = await uow.read(asInstance(actor), (tx) => listUsers(tx, listing));
    return toPage(rows, limit, (row) => ({ at: row.created_at, id: row.id }), toOperatedUser);
  }

  async function get(actor: Actor, id: string): Promise<OperatedUserDetails> {
    return uow.read(asInstance(actor), async (tx) => {
      const row = found(await findUser(tx, id));
      return toOperatedUserDetails(row, await belongingsOf(tx, id));
    });
  }

  async function change(actor: Actor, id: string, wanted: UserChange): Promise<OperatedUser> {
    if (actor.userId === id) throw ownAccount();
    return uow.write(asInstance(actor), async (tx) =>
      apply(tx, actor, found(await lockUser(tx, id)), wanted),
    );
  }

  async function markOperator(actor: Actor, email: string, operator: boolean): Promise<OperatedUser> {
    const emailKey = emailKeyOf(email);
    return uow.write(asInstance(actor), async (tx) => {
      const row = found(emailKey === undefined ? undefined : await lockUserByEmail(tx, emailKey));
      return apply(tx, actor, row, { operator });
    });
  }

  async function apply(
    tx: Tx,
    actor: Actor,
    row: OperatedUserRow,
    { disabled = row.disabled_at !== null, operator = row.operator, reason }: UserChange,
  ): Promise<OperatedUser> {
    const before = { disabled: row.disabled_at !== null, operator: row.operator };
    const changes = changesBetween(before, { disabled, operator });
    if (changes.after === undefined) return toOperatedUser(row);
    const at = clock().toISOString();
    await markUser(tx, row.id, { operator, disabledAt: disabled ? (row.disabled_at ?? at) : null }, at);
    if (disabled && !before.disabled) {
      await revokeSessionsOf(tx, row.id, at);
      await endAdministration(tx, row.id, at);
    }
    await accessChanges.notify(tx, { userId: row.id });
    await audit.record(tx, actor, {
      action: 'user.changed_by_operator',
      organizationId: null,
      target: { type: 'user', id: row.id },
      ...changes,
      ...(reason === undefined ? {} : { details: { reason } }),
    });
    return toOperatedUser(found(await findUser(tx, row.id)));
  }

  async function remove(actor: Actor, id: string): Promise<void> {
    if (actor.userId === id) throw ownAccount();
    await uow.write(asInstance(actor), async (tx) => {
      const row = found(await lockUser(tx, id));
      await requireOtherAdmins(tx, id);
      const belongings = await belongingsOf(tx, id);
      const target = { type: 'user', id };
      for (const { id: organizationId } of belongings)
        await audit.record(tx, actor, {
          action: 'member.removed',
          organizationId,
          target,
          details: { reason: 'account_deleted' },
        });
      await endAdministration(tx, id, clock().toISOString());
      await deleteUser(tx, id);
      await accessChanges.notify(tx, { userId: id });
      await audit.record(tx, actor, {
        action: 'user.deleted',
        organizationId: null,
        target,
        details: { email: row.email },
      });
    });
  }
}

function asInstance(actor: Actor): Actor {
  requireInstance(actor);
  return instanceActor(actor.requestId);
}

function found(row: OperatedUserRow | undefined): OperatedUserRow {
  if (!row) throw userNotFound();
  return row;
}
