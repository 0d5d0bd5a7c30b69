import { embeddedTestDatabase } from '../../../testing/database.ts';
import { exportsContract } from './exports.contract.ts';
import { lifecycleContract } from './lifecycle.contract.ts';

lifecycleContract('the embedded database', embeddedTestDatabase);
exportsContract('the embedded database', embeddedTestDatabase);
