import { describe } from 'vitest';
import { postgresTestDatabase, testServerUrl } from '../../testing/database.ts';
import { liveAccessContract } from './live-access.contract.ts';

const url = testServerUrl();
describe.skipIf(url === undefined)('with TEST_DATABASE_URL', () => {
  liveAccessContract('PostgreSQL', () => postgresTestDatabase(url ?? ''));
});
