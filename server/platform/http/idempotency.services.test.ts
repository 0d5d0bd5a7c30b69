import { describe } from 'vitest';
import { postgresTestDatabase, testServerUrl } from '../../testing/database.ts';
import { idempotencyContract } from './idempotency.contract.ts';

const url = testServerUrl();
describe.skipIf(url === undefined)('with TEST_DATABASE_URL', () => {
  idempotencyContract('PostgreSQL', () => postgresTestDatabase(url ?? ''));
});
