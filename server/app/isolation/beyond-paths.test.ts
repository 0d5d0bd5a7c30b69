import { embeddedTestDatabase } from '../../testing/database.ts';
import { beyondPathsContract } from '../../testing/isolation/beyond-paths.contract.ts';

beyondPathsContract('embedded', embeddedTestDatabase);
