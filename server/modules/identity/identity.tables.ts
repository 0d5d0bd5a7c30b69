import type { Role } from '../../kernel/actor.ts';

/** Rows as the database gives them: times are RFC 3339 with microseconds. */
export interface IdentityTables {
  organizations: { id: string; name: string; created_at: string; updated_at: string };
  users: {
    id: string;
    email: string;
    /** NFKC and lower case. */
    email_key: string;
    name: string;
    /** Argon2id in PHC form. */
    password_hash: string | null;
    created_at: string;
    updated_at: string;
  };
  memberships: {
    organization_id: string;
    user_id: string;
    role: Role;
    created_at: string;
    updated_at: string;
  };
  sessions: {
    id: string;
    user_id: string;
    organization_id: string;
    refresh_seed: Uint8Array;
    generation: number;
    rotated_at: string;
    expires_at: string;
    revoked_at: string | null;
    created_at: string;
    updated_at: string;
  };
  sign_in_links: {
    token_hash: Uint8Array;
    user_id: string;
    expires_at: string;
    used_at: string | null;
    created_at: string;
  };
}

export type UserRow = Pick<IdentityTables['users'], 'id' | 'email' | 'name' | 'created_at' | 'updated_at'>;

export type AccountRow = UserRow & Pick<IdentityTables['users'], 'password_hash'>;

/** An organization with the role that one person has in it. */
export type OrganizationRow = IdentityTables['organizations'] & Pick<IdentityTables['memberships'], 'role'>;

export type SessionRow = Omit<IdentityTables['sessions'], 'created_at' | 'updated_at'>;
