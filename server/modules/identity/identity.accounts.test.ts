import { embeddedTestDatabase } from '../../testing/database.ts';
import { accountsContract } from './identity.accounts.contract.ts';

accountsContract('PGlite', embeddedTestDatabase);
