import { type Actor, hasRole, type OrganizationActor, type Role } from '../../../kernel/actor.ts';
import type { Clock } from '../../../kernel/clock.ts';
import { requireOrganization } from '../../../kernel/organization.ts';
import { decodeCursor, type Page, toPage } from '../../../kernel/page.ts';
import type { AuditTrail } from '../../../platform/audit/index.ts';
import type { AccessChanges } from '../../../platform/auth/index.ts';
import type { Tx, UnitOfWork } from '../../../platform/db/index.ts';
import { lockOrganization } from '../organizations/organizations.repository.ts';
import { adminRequired, directoryClosed, lastAdmin, memberNotFound } from './members.errors.ts';
import { endAdministration } from './members.ownership.ts';
import {
  deleteMember,
  findMember,
  hasOtherAdmin,
  isDirectoryOpen,
  listMembers,
  type MemberRow,
  setRole,
} from './members.repository.ts';
import { type MemberListQuery, type MemberView, toMemberView } from './members.schemas.ts';

export interface MembersDependencies {
  readonly uow: UnitOfWork;
  readonly audit: AuditTrail;
  readonly accessChanges: AccessChanges;
  readonly clock: Clock;
}

/** Who belongs to the actor's organization. All changes count from the next request on, and end open streams. */
export interface Members {
  /** Throws `identity.member_directory_closed`. */
  list(actor: Actor, query: MemberListQuery): Promise<Page<MemberView>>;
  /** Throws `identity.member_not_found`, `identity.last_admin`. */
  changeRole(actor: Actor, userId: string, role: Role): Promise<MemberView>;
  /** Oneself: leaving. Ends the person's API keys here too. Throws as `changeRole`, and `identity.role_required`. */
  remove(actor: Actor, userId: string): Promise<void>;
}

export function createMembers({ uow, audit, accessChanges, clock }: MembersDependencies): Members {
  return { list, changeRole, remove };

  async function list(actor: Actor, query: MemberListQuery): Promise<Page<MemberView>> {
    const { organizationId } = requireOrganization(actor);
    const limit = query.limit ?? 20;
    const after = query.cursor === undefined ? undefined : decodeCursor(query.cursor);
    const isAdmin = hasRole(actor, 'admin');
    const rows = await uow.read(actor, async (tx) => {
      if (!isAdmin && !(await isDirectoryOpen(tx, organizationId))) throw directoryClosed();
      return listMembers(tx, organizationId, {
        text: query.q,
        // Whoever does not see addresses does not learn them by guessing how they begin.
        byAddress: isAdmin,
        limit: limit + 1,
        after,
      });
    });
    return toPage(
      rows,
      limit,
      (row) => ({ at: row.created_at, id: row.user_id }),
      (row) => toMemberView(row, isAdmin || row.user_id === actor.userId),
    );
  }

  async function changeRole(actor: Actor, userId: string, role: Role): Promise<MemberView> {
    const caller = requireOrganization(actor);
    const { organizationId } = caller;
    return uow.write(caller, async (tx) => {
      const before = await lockMember(tx, organizationId, userId);
      if (before.role === role) return toMemberView(before, true);
      if (before.role === 'admin') await giveUpAdmin(tx, organizationId, userId);
      const at = clock().toISOString();
      await setRole(tx, { organizationId, userId, role, at });
      await audit.record(tx, caller, {
        action: 'member.role_changed',
        organizationId,
        target: { type: 'user', id: userId },
        before: { role: before.role },
        after: { role },
      });
      await accessChanges.notify(tx, { organizationId, userId });
      return toMemberView({ ...before, role, updated_at: at }, true);
    });
  }

  async function remove(actor: Actor, userId: string): Promise<void> {
    const caller = requireOrganization(actor);
    const { organizationId } = caller;
    const leaves = userId.toLowerCase() === caller.userId;
    // Before anything is looked up, so that the answer tells nothing about who is there.
    if (!leaves && !hasRole(caller, 'admin')) throw adminRequired();
    await uow.write(caller, async (tx) => {
      const before = await lockMember(tx, organizationId, userId);
      if (before.role === 'admin') await giveUpAdmin(tx, organizationId, userId);
      await deleteMember(tx, organizationId, userId);
      await recordRemoval(tx, caller, before, leaves);
      await accessChanges.notify(tx, { organizationId, userId });
    });
  }

  /** From here on nobody else changes who is what in the organization. */
  async function lockMember(tx: Tx, organizationId: string, userId: string): Promise<MemberRow> {
    await lockOrganization(tx, organizationId);
    const member = await findMember(tx, organizationId, userId);
    if (!member) throw memberNotFound();
    return member;
  }

  async function giveUpAdmin(tx: Tx, organizationId: string, userId: string): Promise<void> {
    if (!(await hasOtherAdmin(tx, organizationId, userId))) throw lastAdmin();
    await endAdministration(tx, userId, clock().toISOString(), [organizationId]);
  }

  async function recordRemoval(
    tx: Tx,
    caller: OrganizationActor,
    { user_id: userId, role }: MemberRow,
    leaves: boolean,
  ): Promise<void> {
    await audit.record(tx, caller, {
      action: leaves ? 'member.left' : 'member.removed',
      organizationId: caller.organizationId,
      target: { type: 'user', id: userId },
      before: { role },
    });
  }
}
