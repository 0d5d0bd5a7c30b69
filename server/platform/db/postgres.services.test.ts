import { describe } from 'vitest';
import { postgresTestDatabase, testServerUrl } from '../../testing/database.ts';
import { databaseContract } from './database.contract.ts';

const url = testServerUrl();
describe.skipIf(url === undefined)('with TEST_DATABASE_URL', () => {
  databaseContract('PostgreSQL', () => postgresTestDatabase(url ?? ''));
});
