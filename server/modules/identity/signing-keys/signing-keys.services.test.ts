import { describe } from 'vitest';
import { postgresTestDatabase, testServerUrl } from '../../../testing/database.ts';
import { signingKeysContract } from './signing-keys.contract.ts';

const url = testServerUrl() ?? '';

describe.skipIf(url === '')('signing keys on PostgreSQL (needs TEST_DATABASE_URL)', () => {
  signingKeysContract('PostgreSQL', () => postgresTestDatabase(url));
});
