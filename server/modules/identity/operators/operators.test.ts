import { embeddedTestDatabase } from '../../../testing/database.ts';
import { operatorAccessContract } from './operators.access.contract.ts';
import { operatorsContract } from './operators.contract.ts';

operatorsContract('PGlite', embeddedTestDatabase);
operatorAccessContract('PGlite', embeddedTestDatabase);
