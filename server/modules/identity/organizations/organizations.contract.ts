import { describe } from 'vitest';
import type { TestDatabase } from '../../../testing/database.ts';
import { identityStage } from '../../../testing/identity-stage.ts';
import { organizationChangesContract } from './organizations.changes.contract.ts';
import { organizationClosingContract } from './organizations.closing.contract.ts';
import { organizationEnteringContract } from './organizations.entering.contract.ts';
import { organizationMembersContract } from './organizations.members.contract.ts';

/** Organizations and who belongs to them, on every database. */
export function organizationsContract(name: string, open: () => Promise<TestDatabase>): void {
  describe(`organizations on ${name}`, () => {
    const stage = identityStage(open);
    organizationChangesContract(stage);
    organizationEnteringContract(stage);
    organizationMembersContract(stage);
    organizationClosingContract(stage);
  });
}
