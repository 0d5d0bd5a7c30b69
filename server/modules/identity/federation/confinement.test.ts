import { embeddedTestDatabase } from '../../../testing/database.ts';
import { confinementContract } from './confinement.contract.ts';

confinementContract('embedded', embeddedTestDatabase);
