import { embeddedTestDatabase } from '../../../testing/database.ts';
import { invitationsContract } from './invitations.contract.ts';

invitationsContract('the embedded database', embeddedTestDatabase);
