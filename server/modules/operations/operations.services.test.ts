import { describe } from 'vitest';
import { postgresTestDatabase, testServerUrl } from '../../testing/database.ts';
import { operationsContract } from './operations.contract.ts';

const url = testServerUrl() ?? '';

describe.skipIf(url === '')('operations on PostgreSQL (needs TEST_DATABASE_URL)', () => {
  operationsContract('PostgreSQL', () => postgresTestDatabase(url));
});
