import { embeddedTestDatabase } from '../../../testing/database.ts';
import { activityContract } from '../activity/activity.contract.ts';
import { emailContract } from '../email/email.contract.ts';
import { passwordsContract } from '../passwords/passwords.contract.ts';
import { registrationContract } from '../registration/registration.contract.ts';
import { secondFactorContract } from '../second-factor/second-factor.contract.ts';
import { ownSessionsContract } from '../sessions/sessions.contract.ts';

activityContract('PGlite', embeddedTestDatabase);
ownSessionsContract('PGlite', embeddedTestDatabase);
passwordsContract('PGlite', embeddedTestDatabase);
emailContract('PGlite', embeddedTestDatabase);
registrationContract('PGlite', embeddedTestDatabase);
secondFactorContract('PGlite', embeddedTestDatabase);
