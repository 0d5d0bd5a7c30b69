import { embeddedTestDatabase } from '../../../testing/database.ts';
import { operatorsContract } from './operators.contract.ts';

operatorsContract('PGlite', embeddedTestDatabase);
