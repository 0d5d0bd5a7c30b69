import { embeddedTestDatabase } from '../../testing/database.ts';
import { auditChainContract } from './audit.chain.contract.ts';
import { auditContract } from './audit.contract.ts';

auditContract('PGlite', embeddedTestDatabase);
auditChainContract('PGlite', embeddedTestDatabase);
