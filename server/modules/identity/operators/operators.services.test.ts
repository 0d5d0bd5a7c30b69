import { describe } from 'vitest';
import { postgresTestDatabase, testServerUrl } from '../../../testing/database.ts';
import { operatorAccessContract } from './operators.access.contract.ts';
import { operatorsContract } from './operators.contract.ts';

const url = testServerUrl() ?? '';

describe.skipIf(url === '')('operators on PostgreSQL (needs TEST_DATABASE_URL)', () => {
  operatorsContract('PostgreSQL', () => postgresTestDatabase(url));
  operatorAccessContract('PostgreSQL', () => postgresTestDatabase(url));
});
