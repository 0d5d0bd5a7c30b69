import { describe } from 'vitest';
import { postgresTestDatabase, testServerUrl } from '../../testing/database.ts';
import { libraryFairnessContract } from './library.fairness.contract.ts';

const url = testServerUrl();
describe.skipIf(url === undefined)('with TEST_DATABASE_URL', () => {
  libraryFairnessContract('PostgreSQL', () => postgresTestDatabase(url ?? ''));
});
