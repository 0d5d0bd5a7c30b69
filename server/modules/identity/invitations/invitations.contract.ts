import { describe } from 'vitest';
import type { TestDatabase } from '../../../testing/database.ts';
import { invitationsStage } from '../../../testing/invitations-stage.ts';
import { invitationsAccessContract } from './invitations.access.contract.ts';
import { invitationsByLinkContract } from './invitations.link.contract.ts';
import { invitationsByMailContract } from './invitations.mail.contract.ts';
import { voidInvitationsContract } from './invitations.void.contract.ts';

/** Invitations, on every database. */
export function invitationsContract(name: string, open: () => Promise<TestDatabase>): void {
  describe(`invitations on ${name}`, () => {
    const stage = invitationsStage(open);
    invitationsByMailContract(stage);
    invitationsByLinkContract(stage);
    voidInvitationsContract(stage);
    invitationsAccessContract(stage);
  });
}
