import { embeddedTestDatabase } from '../../testing/database.ts';
import { isolationContract } from '../../testing/isolation/matrix.contract.ts';

isolationContract('embedded', embeddedTestDatabase);
