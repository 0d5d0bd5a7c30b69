import type { Clock } from '../../../kernel/clock.ts';
import type { UnitOfWork } from '../../../platform/db/index.ts';
import { jsonFile, jsonLines, type TenantData } from '../../../platform/tenant-data/index.ts';
import { toOrganizationView } from '../identity.schemas.ts';
import { listInvitations } from '../invitations/invitations.repository.ts';
import { toInvitationView } from '../invitations/invitations.schemas.ts';
import type { InvitationRow } from '../invitations/invitations.tables.ts';
import { listMembers, type MemberRow } from '../members/members.repository.ts';
import { toMemberView } from '../members/members.schemas.ts';
import { countMembers, readOrganization } from './organizations.repository.ts';

/** Identity's part of an archive: `organization.json`, `members.jsonl`, `invitations.jsonl`. No secrets, no sign-ins. */
export function organizationsData(uow: UnitOfWork, clock: Clock): TenantData {
  return {
    domain: 'organization',
    usage: async (actor) => ({
      members: await uow.read(actor, (tx) => countMembers(tx, actor.organizationId)),
    }),
    files: async function* (actor) {
      const { organizationId } = actor;
      yield jsonFile('organization.json', async () => {
        const row = await uow.read(actor, (tx) => readOrganization(tx, organizationId));
        const { role: _, ...organization } = toOrganizationView({ ...row, role: 'admin' });
        return organization;
      });
      yield jsonLines<MemberRow>(
        'members.jsonl',
        (last, limit) => {
          const after = last && { at: last.created_at, id: last.user_id };
          return uow.read(actor, (tx) =>
            listMembers(tx, organizationId, {
              text: undefined,
              byAddress: false,
              limit,
              after,
            }),
          );
        },
        (row) => toMemberView(row, true),
      );
      yield jsonLines<InvitationRow>(
        'invitations.jsonl',
        (last, limit) => {
          const after = last && { at: last.created_at, id: last.id };
          return uow.read(actor, (tx) => listInvitations(tx, organizationId, limit, after));
        },
        (row) => toInvitationView(row, clock()),
      );
    },
  };
}
