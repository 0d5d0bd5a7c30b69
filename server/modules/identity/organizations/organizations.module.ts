import type { Logger } from 'pino';
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
import { exportsRoutes } from './exports.routes.ts';
import { createExports, type Exports, type ExportsDependencies } from './exports.service.ts';
import { organizationsData } from './organizations.data.ts';
import { createEntering } from './organizations.entering.ts';
import { createErasure, type EraseDueOrganizations } from './organizations.erasure.ts';
import { organizationsRoutes } from './organizations.routes.ts';
import { createOrganizations, type OrganizationsDependencies } from './organizations.service.ts';

/** Milliseconds that an invitation is kept after it has expired, to be looked at. */
const KEEP_INVITATIONS = 30 * 24 * 3_600_000;

export type OrganizationsRoomDependencies = OrganizationsDependencies &
  AcceptanceDependencies &
  ExportsDependencies & {
    readonly answers: SignedInAnswers;
    readonly logger: Pick<Logger, 'info'>;
  };

export interface OrganizationsRoom {
  readonly routes: readonly Routes[];
  /** Which stored files are archives of the actor's organization. */
  readonly knownFiles: Exports['knownFiles'];
  /** Runs once an hour by itself. */
  readonly eraseDue: EraseDueOrganizations;
  /** Removes what nobody needs any more; runs once a day by itself. */
  sweep(): Promise<void>;
}

/** Organizations, who belongs to them, and how people come in and data goes out. Call before the queue starts. */
export function organizationsRoom(given: OrganizationsRoomDependencies): OrganizationsRoom {
  const { uow, clock, answers, queue } = given;
  const own = organizationsData(uow, clock);
  const dependencies = { ...given, domains: () => [own, ...given.domains()] };
  const exports = createExports(dependencies);
  const eraseDue = createErasure(dependencies);
  queue.schedule('identity.organizations_erasure', '7 * * * *', async (signal) => {
    await eraseDue(signal);
  });
  queue.schedule('identity.organizations_sweep', '11 3 * * *', sweep);
  async function sweep(): Promise<void> {
    const before = new Date(clock().getTime() - KEEP_INVITATIONS).toISOString();
    await uow.write(instanceActor('invitations.sweep'), (tx) => deleteExpiredInvitations(tx, before));
    await exports.sweep();
  }
  return {
    routes: [
      organizationsRoutes(createOrganizations(dependencies), createEntering(dependencies), answers),
      membersRoutes(createMembers(dependencies)),
      invitationsRoutes(createInvitations(dependencies), createInvitationAcceptance(dependencies), answers),
      exportsRoutes(exports),
    ],
    knownFiles: exports.knownFiles,
    eraseDue,
    sweep,
  };
}
