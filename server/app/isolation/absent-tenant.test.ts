import { embeddedTestDatabase } from '../../testing/database.ts';
import { absentTenantContract } from '../../testing/isolation/absent-tenant.contract.ts';

absentTenantContract('embedded', embeddedTestDatabase);
