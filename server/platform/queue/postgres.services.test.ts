import { describe } from 'vitest';
import { postgresTestDatabase, testServerUrl } from '../../testing/database.ts';
import { fairnessContract } from './fairness.contract.ts';
import { queueContract } from './queue.contract.ts';

const url = testServerUrl();
describe.skipIf(url === undefined)('with TEST_DATABASE_URL', () => {
  queueContract('PostgreSQL', () => postgresTestDatabase(url ?? ''));
  fairnessContract('PostgreSQL', () => postgresTestDatabase(url ?? ''));
});
