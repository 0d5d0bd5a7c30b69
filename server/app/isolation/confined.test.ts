import { embeddedTestDatabase } from '../../testing/database.ts';
import { confinedContract } from '../../testing/isolation/confined.contract.ts';

confinedContract('embedded', embeddedTestDatabase);
