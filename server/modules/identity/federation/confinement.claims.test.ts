import { embeddedTestDatabase } from '../../../testing/database.ts';
import { claimConfinementContract } from './confinement.claims.contract.ts';

claimConfinementContract('embedded', embeddedTestDatabase);
