import { queryBuilder, type Tx } from '../../../platform/db/index.ts';

/** The one column of organizations that is this room's. */
interface SsoTables {
  organizations: { id: string; sso_only: boolean };
}

const builder = (tx: Tx) => queryBuilder<SsoTables>(tx);

/** Whether the organization is reached through its providers only; undefined where there is none. */
export async function readSsoOnly(
  tx: Tx,
  organizationId: string,
  { lock }: { readonly lock: boolean },
): Promise<boolean | undefined> {
  const query = builder(tx).selectFrom('organizations').select('sso_only').where('id', '=', organizationId);
  return (await (lock ? query.forUpdate() : query).executeTakeFirst())?.sso_only;
}

export async function setSsoOnly(tx: Tx, organizationId: string, ssoOnly: boolean): Promise<void> {
  await builder(tx)
    .updateTable('organizations')
    .set({ sso_only: ssoOnly })
    .where('id', '=', organizationId)
    .execute();
}
