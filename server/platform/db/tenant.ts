import type { Actor } from '../../kernel/actor.ts';

/** The role that every statement of the product runs as: no SUPERUSER, no BYPASSRLS, owner of nothing. */
export const APP_ROLE = 'scriptorium_app';

/** Sets what the row-level policies read, for the rest of the transaction. */
export const SET_TENANT =
  "select set_config('app.organization', $1, true), set_config('app.user', $2, true), set_config('app.scope', $3, true)";

/** The same, and the transaction cannot write. */
export const SET_TENANT_READ_ONLY = `${SET_TENANT}, set_config('transaction_read_only', 'on', true)`;

/**
 * `instance` opens the identity tables to the product itself (sign-in, start-up, sweeps) and no tenant's rows; everything
 * else sees its own organization.
 */
export function tenantSettings(actor: Actor): [organization: string, user: string, scope: string] {
  const instance = actor.kind === 'system' && actor.organizationId === null;
  return [actor.organizationId ?? '', actor.userId ?? '', instance ? 'instance' : 'organization'];
}
