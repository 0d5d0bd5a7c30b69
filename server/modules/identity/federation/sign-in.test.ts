import { embeddedTestDatabase } from '../../../testing/database.ts';
import { federatedSignInContract } from './sign-in.contract.ts';

federatedSignInContract('embedded', embeddedTestDatabase);
