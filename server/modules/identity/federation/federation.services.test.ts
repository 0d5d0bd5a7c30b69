import { describe } from 'vitest';
import { postgresTestDatabase, testServerUrl } from '../../../testing/database.ts';
import { backchannelLogoutContract } from './backchannel-logout.contract.ts';
import { claimConfinementContract } from './confinement.claims.contract.ts';
import { confinementContract } from './confinement.contract.ts';
import { foreignTokensContract } from './foreign-tokens.contract.ts';
import { providerFactorContract } from './provider-factor.contract.ts';
import { providersContract } from './providers.contract.ts';
import { federatedSignInContract } from './sign-in.contract.ts';
import { webhooksContract } from './webhooks.contract.ts';

const url = testServerUrl() ?? '';

describe.skipIf(url === '')('identity providers on PostgreSQL (needs TEST_DATABASE_URL)', () => {
  const open = () => postgresTestDatabase(url);
  providersContract('PostgreSQL', open);
  federatedSignInContract('PostgreSQL', open);
  foreignTokensContract('PostgreSQL', open);
  confinementContract('PostgreSQL', open);
  claimConfinementContract('PostgreSQL', open);
  backchannelLogoutContract('PostgreSQL', open);
  providerFactorContract('PostgreSQL', open);
  webhooksContract('PostgreSQL', open);
});
