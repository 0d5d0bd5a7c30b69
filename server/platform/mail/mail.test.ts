import { embeddedTestDatabase } from '../../testing/database.ts';
import { mailContract } from './mail.contract.ts';

mailContract('PGlite', embeddedTestDatabase);
