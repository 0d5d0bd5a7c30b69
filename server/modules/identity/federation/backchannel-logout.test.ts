import { embeddedTestDatabase } from '../../../testing/database.ts';
import { backchannelLogoutContract } from './backchannel-logout.contract.ts';

backchannelLogoutContract('embedded', embeddedTestDatabase);
