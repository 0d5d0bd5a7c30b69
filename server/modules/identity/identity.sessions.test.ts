import { embeddedTestDatabase } from '../../testing/database.ts';
import { sessionsContract } from './identity.sessions.contract.ts';

sessionsContract('PGlite', embeddedTestDatabase);
