import { embeddedTestDatabase } from '../../testing/database.ts';
import { auditContract } from './audit.contract.ts';

auditContract('PGlite', embeddedTestDatabase);
