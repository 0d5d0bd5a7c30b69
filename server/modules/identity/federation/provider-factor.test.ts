import { embeddedTestDatabase } from '../../../testing/database.ts';
import { providerFactorContract } from './provider-factor.contract.ts';

providerFactorContract('embedded', embeddedTestDatabase);
