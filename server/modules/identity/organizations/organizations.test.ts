import { embeddedTestDatabase } from '../../../testing/database.ts';
import { organizationsContract } from './organizations.contract.ts';

organizationsContract('the embedded database', embeddedTestDatabase);
