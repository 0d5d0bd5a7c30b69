import { embeddedTestDatabase } from '../../../testing/database.ts';
import { apiKeyAccessContract } from './api-keys.access.contract.ts';
import { apiKeysContract } from './api-keys.contract.ts';

apiKeysContract('PGlite', embeddedTestDatabase);
apiKeyAccessContract('PGlite', embeddedTestDatabase);
