import { embeddedTestDatabase } from '../../testing/database.ts';
import { databaseContract } from './database.contract.ts';

databaseContract('PGlite', embeddedTestDatabase);
