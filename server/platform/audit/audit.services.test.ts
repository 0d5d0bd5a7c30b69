import { describe } from 'vitest';
import { postgresTestDatabase, testServerUrl } from '../../testing/database.ts';
import { auditContract } from './audit.contract.ts';

const url = testServerUrl();
describe.skipIf(url === undefined)('with TEST_DATABASE_URL', () => {
  auditContract('PostgreSQL', () => postgresTestDatabase(url ?? '', 20));
});
