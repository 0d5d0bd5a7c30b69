import { queryBuilder, type Tx } from '../../../platform/db/index.ts';
import type { IdentityTables } from '../identity.tables.ts';

const builder = (tx: Tx) => queryBuilder<IdentityTables>(tx);

export async function updateName(tx: Tx, userId: string, name: string, at: string): Promise<void> {
  await builder(tx).updateTable('users').set({ name, updated_at: at }).where('id', '=', userId).execute();
}

/** With memberships, sessions, keys and factors. What they made stays. */
export async function deleteUser(tx: Tx, userId: string): Promise<void> {
  await builder(tx).deleteFrom('users').where('id', '=', userId).execute();
}
