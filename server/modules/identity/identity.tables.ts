import type { Generated, Selectable } from 'kysely';
import type { Role } from '../../kernel/actor.ts';

/** Rows as the database gives them: times are RFC 3339 with microseconds. */
export interface IdentityTables {
  organizations: {
    id: string;
    name: string;
    version: Generated<number>;
    /** Who may see the members: everybody from `regular` up, or the admins alone. */
    member_directory: Generated<MemberDirectory>;
    /** Its people get in with a second factor only. */
    require_second_factor: Generated<boolean>;
    /** From then on only admins get in, and only to export and restore. */
    closed_at: Generated<string | null>;
    /** From then on it is deleted for good. */
    delete_after: Generated<string | null>;
    created_at: string;
    updated_at: string;
  };
  users: {
    id: string;
    email: string;
    /** NFKC and lower case. */
    email_key: string;
    name: string;
    /** Argon2id in PHC form. */
    password_hash: string | null;
    /** Null: nobody has shown yet that they read what is sent there. */
    email_verified_at: string | null;
    /** Null: no second factor. */
    second_factor_at: Generated<string | null>;
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
    method: SignInMethod;
    /** Where it was opened or last renewed from. */
    address: string | null;
    user_agent: string | null;
    created_at: string;
    updated_at: string;
  };
  sign_in_links: {
    token_hash: Uint8Array;
    user_id: string;
    expires_at: string;
    used_at: string | null;
    /** Made by whoever holds the database anyway; all other links ask for the second factor. */
    waives_second_factor: Generated<boolean>;
    created_at: string;
  };
}

export type MemberDirectory = 'members' | 'admins';

/** How somebody showed who they are. */
export type SignInMethod = 'registration' | 'password' | 'link' | 'sso';

export type UserRow = Pick<
  Selectable<IdentityTables['users']>,
  'id' | 'email' | 'name' | 'email_verified_at' | 'created_at' | 'updated_at'
>;

export type AccountRow = UserRow &
  Pick<IdentityTables['users'], 'password_hash' | 'email_key'> & {
    readonly second_factor_at: string | null;
  };

/** An organization with the role that one person has in it. */
export type OrganizationRow = Selectable<IdentityTables['organizations']> &
  Pick<IdentityTables['memberships'], 'role'>;

export type SessionRow = Omit<
  IdentityTables['sessions'],
  'method' | 'address' | 'user_agent' | 'created_at' | 'updated_at'
>;
