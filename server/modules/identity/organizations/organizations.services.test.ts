import { describe } from 'vitest';
import { postgresTestDatabase, testServerUrl } from '../../../testing/database.ts';
import { invitationsContract } from '../invitations/invitations.contract.ts';
import { exportsContract } from './exports.contract.ts';
import { lifecycleContract } from './lifecycle.contract.ts';
import { organizationsContract } from './organizations.contract.ts';

const url = testServerUrl();
describe.skipIf(url === undefined)('with TEST_DATABASE_URL', () => {
  const open = () => postgresTestDatabase(url ?? '');
  organizationsContract('PostgreSQL', open);
  invitationsContract('PostgreSQL', open);
  lifecycleContract('PostgreSQL', open);
  exportsContract('PostgreSQL', open);
});
