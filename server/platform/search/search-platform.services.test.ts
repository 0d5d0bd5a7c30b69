import { describe } from 'vitest';
import { postgresTestDatabase, testServerUrl } from '../../testing/database.ts';
import { searchContract } from './search.contract.ts';

const url = testServerUrl();
describe.skipIf(url === undefined)('with TEST_DATABASE_URL', () => {
  searchContract('PostgreSQL, vectors in memory', () => postgresTestDatabase(url ?? ''));
  searchContract('PostgreSQL, vectors in HNSW', () => postgresTestDatabase(url ?? ''), 0);
});
