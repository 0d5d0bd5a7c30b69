import type { Role } from '../../../kernel/actor.ts';
import type { Scope } from '../../../kernel/scopes.ts';
import type { IdentityTables } from '../identity.tables.ts';

export interface ApiKeyTables extends Pick<IdentityTables, 'users' | 'memberships' | 'organizations'> {
  api_keys: {
    organization_id: string;
    id: string;
    user_id: string;
    name: string;
    prefix: string;
    /** SHA-256 of the whole key. */
    token_hash: Uint8Array;
    role: Role;
    scopes: readonly Scope[];
    expires_at: string | null;
    revoked_at: string | null;
    last_used_at: string | null;
    created_at: string;
    updated_at: string;
  };
}

/** A key with the name of its person. */
export type ApiKeyRow = Omit<ApiKeyTables['api_keys'], 'token_hash'> & { readonly user_name: string };
