import { describe } from 'vitest';
import { postgresTestDatabase, testServerUrl } from '../../testing/database.ts';
import { queueContract } from './queue.contract.ts';

const url = testServerUrl();
describe.skipIf(url === undefined)('with TEST_DATABASE_URL', () => {
  queueContract('PostgreSQL', () => postgresTestDatabase(url ?? ''));
});
