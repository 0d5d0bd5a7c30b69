import { describe } from 'vitest';
import { postgresTestDatabase, testServerUrl } from '../../testing/database.ts';
import { accountsContract } from './identity.accounts.contract.ts';
import { authenticatorContract } from './identity.authenticator.contract.ts';
import { sessionsContract } from './identity.sessions.contract.ts';
import { signInContract } from './identity.sign-in.contract.ts';

const url = testServerUrl() ?? '';

describe.skipIf(url === '')('identity on PostgreSQL (needs TEST_DATABASE_URL)', () => {
  const open = () => postgresTestDatabase(url);
  signInContract('PostgreSQL', open);
  sessionsContract('PostgreSQL', open);
  authenticatorContract('PostgreSQL', open);
  accountsContract('PostgreSQL', open);
});
