import { embeddedTestDatabase } from '../../../testing/database.ts';
import { webhooksContract } from './webhooks.contract.ts';

webhooksContract('embedded', embeddedTestDatabase);
