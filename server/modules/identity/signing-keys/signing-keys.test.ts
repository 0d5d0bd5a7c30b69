import { embeddedTestDatabase } from '../../../testing/database.ts';
import { signingKeysContract } from './signing-keys.contract.ts';

signingKeysContract('PGlite', embeddedTestDatabase);
