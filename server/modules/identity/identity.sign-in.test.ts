import { embeddedTestDatabase } from '../../testing/database.ts';
import { signInContract } from './identity.sign-in.contract.ts';

signInContract('PGlite', embeddedTestDatabase);
