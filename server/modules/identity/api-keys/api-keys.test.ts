import { embeddedTestDatabase } from '../../../testing/database.ts';
import { apiKeysContract } from './api-keys.contract.ts';

apiKeysContract('PGlite', embeddedTestDatabase);
