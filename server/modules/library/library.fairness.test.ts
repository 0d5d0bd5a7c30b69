import { embeddedTestDatabase } from '../../testing/database.ts';
import { libraryFairnessContract } from './library.fairness.contract.ts';

libraryFairnessContract('the embedded database', embeddedTestDatabase);
