import { embeddedTestDatabase } from '../../../testing/database.ts';
import { providersContract } from './providers.contract.ts';

providersContract('embedded', embeddedTestDatabase);
