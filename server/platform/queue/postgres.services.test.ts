import { describe, test } from 'vitest';
import { postgresTestDatabase, testServerUrl } from '../../testing/database.ts';
import { queueContract } from './queue.contract.ts';

const url = testServerUrl();
if (url) queueContract('PostgreSQL', () => postgresTestDatabase(url));
else describe.skip('queue contract: PostgreSQL (no TEST_DATABASE_URL)', () => test('skipped', () => undefined));
