import { embeddedTestDatabase } from '../../testing/database.ts';
import { authenticatorContract } from './identity.authenticator.contract.ts';

authenticatorContract('PGlite', embeddedTestDatabase);
