import { describe } from 'vitest';
import { postgresTestDatabase, testServerUrl } from '../../testing/database.ts';
import { mailContract } from './mail.contract.ts';

const url = testServerUrl() ?? '';

describe.skipIf(url === '')('mail on PostgreSQL (needs TEST_DATABASE_URL)', () => {
  mailContract('PostgreSQL', () => postgresTestDatabase(url));
});
