import { describe } from 'vitest';
import { postgresTestDatabase, testServerUrl } from '../../../testing/database.ts';
import { activityContract } from '../activity/activity.contract.ts';
import { emailContract } from '../email/email.contract.ts';
import { passwordsContract } from '../passwords/passwords.contract.ts';
import { registrationContract } from '../registration/registration.contract.ts';
import { secondFactorContract } from '../second-factor/second-factor.contract.ts';
import { ownSessionsContract } from '../sessions/sessions.contract.ts';

const url = testServerUrl() ?? '';

describe.skipIf(url === '')('accounts on PostgreSQL (needs TEST_DATABASE_URL)', () => {
  const open = () => postgresTestDatabase(url);
  activityContract('PostgreSQL', open);
  ownSessionsContract('PostgreSQL', open);
  passwordsContract('PostgreSQL', open);
  emailContract('PostgreSQL', open);
  registrationContract('PostgreSQL', open);
  secondFactorContract('PostgreSQL', open);
});
