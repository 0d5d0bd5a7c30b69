import type { Generated, Selectable } from 'kysely';
import type { Role } from '../../../kernel/actor.ts';

/** A row of migration 0009. Times are RFC 3339 with microseconds. */
export interface InvitationTables {
  invitations: {
    organization_id: string;
    id: string;
    /** Null: for whoever has the link. */
    email: string | null;
    /** NFKC and lower case. */
    email_key: string | null;
    role: Role;
    message: string;
    /** SHA-256 of the token. */
    token_hash: Uint8Array;
    /** The invitation by link that somebody gave their address to; this one proves the address. */
    link_id: string | null;
    invited_by: string;
    /** When the token that counts was made. */
    sent_at: string;
    expires_at: string;
    accepted_at: Generated<string | null>;
    accepted_by: Generated<string | null>;
    revoked_at: Generated<string | null>;
    created_at: string;
    updated_at: string;
  };
}

export type InvitationRow = Omit<Selectable<InvitationTables['invitations']>, 'token_hash'>;
