import type { Actor } from '../../kernel/actor.ts';
import type { LocalSettings } from './port.ts';

/** The role that every statement of the product runs as: no SUPERUSER, no BYPASSRLS, owner of nothing. */
export const APP_ROLE = 'scriptorium_app';

/** Sets what the row-level policies read, for the rest of the transaction. */
export const SET_TENANT =
  "select set_config('app.organization', $1, true), set_config('app.user', $2, true), set_config('app.scope', $3, true)";

const SET_TENANT_READ_ONLY = [SET_TENANT, ...assignments({ transaction_read_only: 'on' })].join(', ');

/** The same, and the transaction cannot write; with what else a statement wants set. */
export function setTenantReadOnly(local: LocalSettings | undefined): string {
  return local === undefined
    ? SET_TENANT_READ_ONLY
    : [SET_TENANT_READ_ONLY, ...assignments(local)].join(', ');
}

/** Sets parameters for the rest of the transaction. */
export function setLocal(local: LocalSettings): string {
  return `select ${assignments(local).join(', ')}`;
}

function assignments(local: LocalSettings): string[] {
  return Object.entries(local).map(([name, value]) => {
    if (!/^[a-z_.]+$/.test(name) || !/^[a-z0-9_.]+$/.test(value))
      throw new TypeError(`not a setting: ${name}=${value}`);
    return `set_config('${name}', '${value}', true)`;
  });
}

/**
 * `instance` opens the identity tables to the product itself (sign-in, start-up, sweeps) and no tenant's rows; everything
 * else sees its own organization.
 */
export function tenantSettings(actor: Actor): [organization: string, user: string, scope: string] {
  const instance = actor.kind === 'system' && actor.organizationId === null;
  return [actor.organizationId ?? '', actor.userId ?? '', instance ? 'instance' : 'organization'];
}
