import { embeddedTestDatabase } from '../../../testing/database.ts';
import { lifecycleContract } from './lifecycle.contract.ts';

lifecycleContract('the embedded database', embeddedTestDatabase);
