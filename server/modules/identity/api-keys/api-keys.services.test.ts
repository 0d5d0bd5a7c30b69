import { describe } from 'vitest';
import { postgresTestDatabase, testServerUrl } from '../../../testing/database.ts';
import { apiKeyAccessContract } from './api-keys.access.contract.ts';
import { apiKeysContract } from './api-keys.contract.ts';

const url = testServerUrl() ?? '';

describe.skipIf(url === '')('API keys on PostgreSQL (needs TEST_DATABASE_URL)', () => {
  apiKeysContract('PostgreSQL', () => postgresTestDatabase(url));
  apiKeyAccessContract('PostgreSQL', () => postgresTestDatabase(url));
});
