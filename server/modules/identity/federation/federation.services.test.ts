import { describe } from 'vitest';
import { postgresTestDatabase, testServerUrl } from '../../../testing/database.ts';
import { foreignTokensContract } from './foreign-tokens.contract.ts';
import { providersContract } from './providers.contract.ts';
import { federatedSignInContract } from './sign-in.contract.ts';
import { webhooksContract } from './webhooks.contract.ts';

const url = testServerUrl() ?? '';

describe.skipIf(url === '')('identity providers on PostgreSQL (needs TEST_DATABASE_URL)', () => {
  const open = () => postgresTestDatabase(url);
  providersContract('PostgreSQL', open);
  federatedSignInContract('PostgreSQL', open);
  foreignTokensContract('PostgreSQL', open);
  webhooksContract('PostgreSQL', open);
});
