import { describe } from 'vitest';
import { postgresTestDatabase, testServerUrl } from '../../testing/database.ts';
import { absentTenantContract } from '../../testing/isolation/absent-tenant.contract.ts';
import { beyondPathsContract } from '../../testing/isolation/beyond-paths.contract.ts';
import { confinedContract } from '../../testing/isolation/confined.contract.ts';
import { isolationContract } from '../../testing/isolation/matrix.contract.ts';
import { schemaContract } from '../../testing/isolation/schema.contract.ts';

const url = testServerUrl();
describe.skipIf(url === undefined)('with TEST_DATABASE_URL', () => {
  for (const contract of [
    ...[schemaContract, absentTenantContract, isolationContract, beyondPathsContract],
    confinedContract,
  ]) {
    contract('PostgreSQL', () => postgresTestDatabase(url ?? ''));
  }
});
