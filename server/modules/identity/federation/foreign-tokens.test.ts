import { embeddedTestDatabase } from '../../../testing/database.ts';
import { foreignTokensContract } from './foreign-tokens.contract.ts';

foreignTokensContract('embedded', embeddedTestDatabase);
