import { instanceActor } from '../../../kernel/actor.ts';
import type { Routes } from '../../../platform/http/index.ts';
import type { SignedInAnswers } from '../identity.signed-in.routes.ts';
import {
  type AcceptanceDependencies,
  createInvitationAcceptance,
} from '../invitations/invitations.acceptance.ts';
import { deleteExpiredInvitations } from '../invitations/invitations.repository.ts';
import { invitationsRoutes } from '../invitations/invitations.routes.ts';
import { createInvitations } from '../invitations/invitations.service.ts';
import { membersRoutes } from '../members/members.routes.ts';
import { createMembers } from '../members/members.service.ts';
import { createEntering } from './organizations.entering.ts';
import { organizationsRoutes } from './organizations.routes.ts';
import { createOrganizations, type OrganizationsDependencies } from './organizations.service.ts';

/** Milliseconds that an invitation is kept after it has expired, to be looked at. */
const KEEP_INVITATIONS = 30 * 24 * 3_600_000;

export interface OrganizationsRoom {
  readonly routes: readonly Routes[];
  /** Removes what nobody needs any more; to be run once a day. */
  sweep(): Promise<void>;
}

/** Organizations, who belongs to them, and how people come in. */
export function organizationsRoom(
  dependencies: OrganizationsDependencies & AcceptanceDependencies & { readonly answers: SignedInAnswers },
): OrganizationsRoom {
  const { uow, clock, answers } = dependencies;
  return {
    routes: [
      organizationsRoutes(createOrganizations(dependencies), createEntering(dependencies), answers),
      membersRoutes(createMembers(dependencies)),
      invitationsRoutes(createInvitations(dependencies), createInvitationAcceptance(dependencies), answers),
    ],
    sweep: () => {
      const before = new Date(clock().getTime() - KEEP_INVITATIONS).toISOString();
      return uow.write(instanceActor('invitations.sweep'), (tx) => deleteExpiredInvitations(tx, before));
    },
  };
}
