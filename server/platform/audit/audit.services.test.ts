import { describe } from 'vitest';
import { postgresTestDatabase, testServerUrl } from '../../testing/database.ts';
import { auditChainContract } from './audit.chain.contract.ts';
import { auditContract } from './audit.contract.ts';

const url = testServerUrl();
describe.skipIf(url === undefined)('with TEST_DATABASE_URL', () => {
  const open = () => postgresTestDatabase(url ?? '', 20);
  auditContract('PostgreSQL', open);
  auditChainContract('PostgreSQL', open);
});
