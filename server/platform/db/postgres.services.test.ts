import { describe, test } from 'vitest';
import { postgresTestDatabase, testServerUrl } from '../../testing/database.ts';
import { databaseContract } from './database.contract.ts';

const url = testServerUrl();
if (url) databaseContract('PostgreSQL', () => postgresTestDatabase(url));
else describe.skip('database contract: PostgreSQL (no TEST_DATABASE_URL)', () => test('skipped', () => undefined));
