import { embeddedTestDatabase } from '../../testing/database.ts';
import { operationsContract } from './operations.contract.ts';

operationsContract('PGlite', embeddedTestDatabase);
