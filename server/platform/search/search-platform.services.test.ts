import { describe, test } from 'vitest';
import { postgresTestDatabase, testServerUrl } from '../../testing/database.ts';
import { searchContract } from './search.contract.ts';

const url = testServerUrl();
if (url) {
  searchContract('PostgreSQL, vectors in memory', () => postgresTestDatabase(url));
  searchContract('PostgreSQL, vectors in HNSW', () => postgresTestDatabase(url), 0);
} else {
  describe.skip('search contract: PostgreSQL (no TEST_DATABASE_URL)', () => test('skipped', () => undefined));
}
