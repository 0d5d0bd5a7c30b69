import { embeddedTestDatabase } from '../../testing/database.ts';
import { searchContract } from './search.contract.ts';

searchContract('embedded', embeddedTestDatabase);
